// How a smaller vector is spread over the places of a longer one: a row's number over all of the row, say. The longer
// one is walked in the order in which it lies in memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace optimbench {

class Walk {
 public:
  // Of the longer one, with the step that the smaller one takes along it: 0 where one number is for all of the axis.
  struct Axis {
    int64_t size;
    int64_t step;
  };

  Walk() = default;                               // place by place
  explicit Walk(const std::vector<Axis>& axes) {  // outermost first
    for (const Axis& axis : axes) {
      if (axis.size == 1) continue;
      if (!axes_.empty() && axes_.back().step == axis.step * axis.size)
        axes_.back() = {axes_.back().size * axis.size, axis.step};
      else
        axes_.push_back(axis);
    }
    if (axes_.size() == 1 && axes_[0].step == 1) axes_.clear();
  }

  bool isPlain() const { return axes_.empty(); }

  // Calls run(done, count, place, step) for each run of places from `begin` to `end` along the innermost axis: `done`
  // places were before it, and the smaller vector's place for the first of it is `place`.
  template <typename Run>
  void over(int64_t begin, int64_t end, const Run& run) const {
    const Axis inner = isPlain() ? Axis{end, 1} : axes_.back();
    for (int64_t at = begin; at < end;) {
      const int64_t within = at % inner.size;
      const int64_t count = std::min(inner.size - within, end - at);
      run(at - begin, count, placeOf(at / inner.size) + within * inner.step, inner.step);
      at += count;
    }
  }

 private:
  // Of the first place of a run along the innermost axis.
  int64_t placeOf(int64_t run) const {
    int64_t place = 0;
    for (size_t i = axes_.size(); i-- > 1;) {
      place += run % axes_[i - 1].size * axes_[i - 1].step;
      run /= axes_[i - 1].size;
    }
    return place;
  }

  std::vector<Axis> axes_;
};

}  // namespace optimbench
