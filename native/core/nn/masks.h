// Random masks of a step that is to be recorded. A recording refers to memory and does nothing on the host. The masks
// therefore keep their memory and are redrawn before each replay, from the same streams as without a recording.
#pragma once

#include <functional>
#include <vector>

#include "core/runtime/random_stream.h"

namespace optimbench {

// Fills `units` from the stream of a layer: with 1 / keep at probability `keep`, else with 0.
at::Tensor drawMask(const at::Tensor& units, double keep, const StreamKey& key, int64_t layer);

class Masks {
 public:
  // Returns a new mask, drawMask(makeUnits(), ...), or after draw() the existing ones in the order of their creation.
  at::Tensor next(const std::function<at::Tensor()>& makeUnits, double keep, const StreamKey& key, int64_t layer);
  // Redraws all masks for the step of this key.
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
