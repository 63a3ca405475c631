#include "core/nn/layer.h"

namespace optimbench {
namespace {

// In training, zeroes a fraction of the units or channels and scales up the others.
class Dropout final : public Layer {
 public:
  Dropout(double rate, bool channels) : rate_(rate), channels_(channels) {}

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    if (!frame.training) return input;
    const auto makeUnits = [&] {
      return channels_ ? at::empty({input.size(0), input.size(1), 1, 1}, input.options()) : at::empty_like(input);
    };
    const at::Tensor mask = frame.masks ? frame.masks->next(makeUnits, 1 - rate_, frame.key, frame.layer)
                                        : drawMask(makeUnits(), 1 - rate_, frame.key, frame.layer);
    frame.saved = {mask};
    return input * mask;
  }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame& frame) const override {
    return outputGradient * frame.saved[0];
  }

  LayerMemory memory(const Extent& extent) const override {
    if (!extent.training) return {.isView = true};
    return {.kept = channels_ ? 0 : extent.input};
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
