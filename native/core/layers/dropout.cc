#include "../layer.h"

namespace optimbench {
namespace {

// Zeroes a share of the units, or of the channels, and scales the others up, in training only.
class Dropout final : public Layer {
 public:
  Dropout(double rate, bool channels) : rate_(rate), channels_(channels) {}

  bool drawsRandomNumbers() const override { return true; }

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    if (!frame.training) return input;
    const StreamKey& key = frame.key;
    const auto stream = randomStream(input.device(), key.seed, Purpose::dropout,
                                     {key.epoch, key.batch, key.microBatch, frame.layer});
    const at::Tensor units = channels_ ? at::empty({input.size(0), input.size(1), 1, 1}, input.options()) : at::empty_like(input);
    const at::Tensor mask = units.bernoulli_(1 - rate_, stream).div_(1 - rate_);
    frame.saved = {mask};
    return input * mask;
  }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame& frame) const override {
    return outputGradient * frame.saved[0];
  }

 private:
  double rate_;
  bool channels_;
};

}  // namespace

std::unique_ptr<Layer> makeDropout(const LayerSpec& spec, Shape) { return std::make_unique<Dropout>(spec.rate, false); }
std::unique_ptr<Layer> makeSpatialDropout2d(const LayerSpec& spec, Shape) {
  return std::make_unique<Dropout>(spec.rate, true);
}

}  // namespace optimbench
