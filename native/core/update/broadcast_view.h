// How a smaller array is broadcast to a larger one (one element per row to the whole row, for example), or how a
// reduction maps the larger one's elements to those of the smaller. The larger one is traversed in the order of its
// memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace optimbench {

class BroadcastView {
 public:
  // An axis of the larger array, with the smaller one's stride along it: 0 where one element serves the whole axis.
  struct Axis {
    int64_t size;
    int64_t stride;
  };

  BroadcastView() = default;                               // element by element
  explicit BroadcastView(const std::vector<Axis>& axes) {  // outermost first
    for (const Axis& axis : axes) {
      if (axis.size == 1) continue;
      if (!axes_.empty() && axes_.back().stride == axis.stride * axis.size)
        axes_.back() = {axes_.back().size * axis.size, axis.stride};
      else
        axes_.push_back(axis);
    }
    if (axes_.size() == 1 && axes_[0].stride == 1) axes_.clear();
  }

  bool isIdentity() const { return axes_.empty(); }
  int64_t innermost() const { return axes_.back().size; }  // of a view that is not the identity

  // Calls run(done, count, offset, stride) for each run of elements from `begin` to `end` along the innermost axis:
  // `done` elements came before it, and its first one maps to `offset` in the smaller array.
  template <typename Run>
  void forEachRun(int64_t begin, int64_t end, const Run& run) const {
    const Axis inner = isIdentity() ? Axis{end, 1} : axes_.back();
    for (int64_t at = begin; at < end;) {
      const int64_t within = at % inner.size;
      const int64_t count = std::min(inner.size - within, end - at);
      run(at - begin, count, offsetOf(at / inner.size) + within * inner.stride, inner.stride);
      at += count;
    }
  }

 private:
  // The offset of the first element of a run along the innermost axis.
  int64_t offsetOf(int64_t run) const {
    int64_t offset = 0;
    for (size_t i = axes_.size(); i-- > 2;) {
      offset += run % axes_[i - 1].size * axes_[i - 1].stride;
      run /= axes_[i - 1].size;
    }
    if (axes_.size() > 1) offset += run * axes_[0].stride;  // the outermost axis needs no division
    return offset;
  }

  std::vector<Axis> axes_;
};

}  // namespace optimbench
