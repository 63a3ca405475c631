// Random masks of a step that is to be recorded. A recording holds memory and nothing of the host, so the masks lie in
// memory that stays in its place, and are drawn anew before each replay: on the device, from the same streams as
// without.
#pragma once

#include <functional>
#include <vector>

#include "core/runtime/random_stream.h"

namespace optimbench {

// Fills `units` with 1 / keep, in a share `keep` of its places, and 0, from the stream of a layer.
at::Tensor drawMask(const at::Tensor& units, double keep, const StreamKey& key, int64_t layer);

class Masks {
 public:
  // What drawMask(makeUnits(), ...) gives. After draw(), the masks of the first time, in their order.
  at::Tensor next(const std::function<at::Tensor()>& makeUnits, double keep, const StreamKey& key, int64_t layer);
  // All of them, for another step: its key.
  void draw(StreamKey key);

 private:
  struct Mask {
    at::Tensor values;
    double keep;
    int64_t microBatch;
    int64_t layer;
  };
  std::vector<Mask> masks_;
  size_t next_ = 0;
};

}  // namespace optimbench
