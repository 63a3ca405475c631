#include "masks.h"

namespace optimbench {

at::Tensor drawMask(const at::Tensor& units, double keep, const StreamKey& key, int64_t layer) {
  const auto stream =
      randomStream(units.device(), key.seed, Purpose::dropout, {key.epoch, key.batch, key.microBatch, layer});
  at::Tensor mask = units;
  return mask.bernoulli_(keep, stream).div_(keep);
}

at::Tensor Masks::next(const std::function<at::Tensor()>& makeUnits, double keep, const StreamKey& key, int64_t layer) {
  if (next_ == masks_.size()) masks_.push_back({drawMask(makeUnits(), keep, key, layer), keep, key.microBatch, layer});
  return masks_[next_++].values;
}

void Masks::draw(StreamKey key) {
  next_ = 0;
  for (const Mask& mask : masks_) {
    key.microBatch = mask.microBatch;
    drawMask(mask.values, mask.keep, key, mask.layer);
  }
}

}  // namespace optimbench
