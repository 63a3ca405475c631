#include <limits>

#include "core/nn/layer.h"

namespace optimbench {
namespace {

class MaxPool2d final : public Layer {
 public:
  MaxPool2d(const LayerSpec& spec, Shape input) : spec_(spec), input_(input), border_(spec.padding) {}

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    const at::Tensor padded = border_.add(input, -std::numeric_limits<double>::infinity());
    auto [output, positions] =
        at::max_pool2d_with_indices(padded, spec_.kernel, spec_.strides, border_.symmetric, {1, 1}, false);
    if (frame.training) frame.saved = {padded, positions};
    return output;
  }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame& frame) const override {
    return border_.remove(at::max_pool2d_with_indices_backward(
        outputGradient, frame.saved[0], spec_.kernel, spec_.strides, border_.symmetric, {1, 1}, false, frame.saved[1]));
  }

  LayerMemory memory(const Extent& extent) const override {
    const double padded = border_.paddedBytes(extent, input_);
    const double positions = 2 * extent.output;  // int64
    return {.keepsInput = padded == 0, .kept = padded + positions, .backward = padded};
  }

 private:
  LayerSpec spec_;
  Shape input_;
  Border border_;
};

// Averages over the pixels inside the image: padding is not counted, as in Keras.
class AveragePool2d final : public Layer {
 public:
  AveragePool2d(const LayerSpec& spec, Shape input) : spec_(spec), input_(input), border_(spec.padding) {}

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    const at::Tensor padded = border_.add(input, 0);
    if (frame.training) frame.saved = {padded, share(input)};
    return pool(padded) * share(input);
  }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame& frame) const override {
    return border_.remove(at::avg_pool2d_backward(outputGradient * frame.saved[1], frame.saved[0], spec_.kernel,
                                                  spec_.strides, border_.symmetric, false, true, 1));
  }

  LayerMemory memory(const Extent& extent) const override {
    const double padded = border_.paddedBytes(extent, input_);
    return {.keepsInput = padded == 0, .kept = padded, .forward = extent.output, .backward = padded + extent.output};
  }

 private:
  at::Tensor pool(const at::Tensor& padded) const {
    return at::avg_pool2d(padded, spec_.kernel, spec_.strides, border_.symmetric, false, true, /*divisor_override=*/1);
  }
  // The reciprocal of the number of pixels in each window: [1, 1, height, width].
  at::Tensor share(const at::Tensor& input) const {
    const at::Tensor ones = at::ones({1, 1, input.size(2), input.size(3)}, input.options());
    return pool(border_.add(ones, 0)).reciprocal();
  }

  LayerSpec spec_;
  Shape input_;
  Border border_;
};

}  // namespace

std::unique_ptr<Layer> makeMaxPool2d(const LayerSpec& spec, Shape input) {
  return std::make_unique<MaxPool2d>(spec, input);
}
std::unique_ptr<Layer> makeAveragePool2d(const LayerSpec& spec, Shape input) {
  return std::make_unique<AveragePool2d>(spec, input);
}

}  // namespace optimbench
