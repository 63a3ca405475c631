#include "masks.h"

#include "core/kernels/random.h"
#include "core/runtime/instruction_set.h"

namespace optimbench {

at::Tensor drawMask(const at::Tensor& units, double keep, const StreamKey& key, int64_t layer) {
  const std::initializer_list<int64_t> indices{key.epoch, key.batch, key.microBatch, layer};
  at::Tensor mask = units;
  if (!units.is_cpu() || referenceKernels())
    return mask.bernoulli_(keep, randomStream(units.device(), key.seed, Purpose::dropout, indices)).div_(keep);
  const uint64_t seed = streamSeed(key.seed, Purpose::dropout, indices);
  randomKernels().mask(static_cast<uint32_t>(seed), keep, mask.numel(), 1 / static_cast<float>(keep),
                       mask.data_ptr<float>());
  return mask;
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
