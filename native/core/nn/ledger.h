// Counts the memory of a sequence of allocations without making them. Like the caching allocator, it reuses a freed
// block for the next request of the same size.
#pragma once

#include <algorithm>
#include <map>

namespace optimbench {

class Ledger {
 public:
  void take(double bytes) {
    live_ += bytes;
    peak_ = std::max(peak_, live_);
    if (bytes <= 0) return;
    int& free = free_[bytes];
    if (free > 0)
      --free;
    else
      footprint_ += bytes;
  }
  void give(double bytes) {
    live_ -= bytes;
    if (bytes > 0) ++free_[bytes];
  }

  double peak() const { return peak_; }            // most bytes in use at once
  double footprint() const { return footprint_; }  // bytes in use or cached, if every freed block is cached

 private:
  std::map<double, int> free_;
  double live_ = 0;
  double peak_ = 0;
  double footprint_ = 0;
};

}  // namespace optimbench
