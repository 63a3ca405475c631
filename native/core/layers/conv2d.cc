#include "../layer.h"

namespace optimbench {
namespace {

class Conv2d final : public Layer {
 public:
  Conv2d(const LayerSpec& spec, Shape input) : spec_(spec), channels_(input.channels), border_(spec.padding) {}

  std::vector<Slot> parameters() const override {
    std::vector<Slot> slots{
        {"weight", {spec_.filters, spec_.kernel[0], spec_.kernel[1], channels_ / spec_.groups}, spec_.weightLimit}};
    if (spec_.bias) slots.push_back({"bias", {spec_.filters}, spec_.biasLimit});
    return slots;
  }

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    const at::Tensor padded = border_.add(input, 0);
    if (frame.training) frame.saved = {padded};
    return at::convolution(padded, weight(*frame.parameters), spec_.bias ? frame.parameters->at(1) : at::Tensor(),
                           spec_.strides, border_.symmetric, spec_.dilation, false, {0, 0}, spec_.groups);
  }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame& frame) const override {
    const auto [input, weightGradient, biasGradient] = at::convolution_backward(
        outputGradient, frame.saved[0], weight(*frame.parameters),
        spec_.bias ? at::OptionalIntArrayRef(spec_.filters) : std::nullopt, spec_.strides, border_.symmetric,
        spec_.dilation, false, {0, 0}, spec_.groups, {frame.inputGradient, true, spec_.bias});
    weight(*frame.gradients).add_(weightGradient);
    if (spec_.bias) frame.gradients->at(1).add_(biasGradient);
    return border_.remove(input);
  }

 private:
  // The operators' order [filters, channels / groups, height, width], in channels-last memory.
  static at::Tensor weight(const Views& views) { return views[0].permute({0, 3, 1, 2}); }

  LayerSpec spec_;
  int64_t channels_;
  Border border_;
};

}  // namespace

std::unique_ptr<Layer> makeConv2d(const LayerSpec& spec, Shape input) { return std::make_unique<Conv2d>(spec, input); }

}  // namespace optimbench
