#include "../layer.h"

namespace optimbench {
namespace {

// Zeroes a share of the units and scales the others up, in training only.
class Dropout final : public Layer {
 public:
  explicit Dropout(double rate) : rate_(rate) {}

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    if (!frame.training) return input;
    const StreamKey& key = frame.key;
    const auto stream = randomStream(input.device(), key.seed, Purpose::dropout,
                                     {key.epoch, key.batch, key.microBatch, frame.layer});
    const at::Tensor mask = at::empty_like(input).bernoulli_(1 - rate_, stream).div_(1 - rate_);
    frame.saved = {mask};
    return input * mask;
  }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame& frame) const override {
    return outputGradient * frame.saved[0];
  }

 private:
  double rate_;
};

}  // namespace

std::unique_ptr<Layer> makeDropout(const LayerSpec& spec, Shape) { return std::make_unique<Dropout>(spec.rate); }

}  // namespace optimbench
