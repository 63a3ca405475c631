#include "core/nn/layer.h"

namespace optimbench {
namespace {

// The maximum of each channel. Pixels that tie share its gradient equally, as in Keras.
class GlobalMaxPool2d final : public Layer {
 public:
  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    const at::Tensor output = input.amax({2, 3}, /*keepdim=*/true);
    if (frame.training) frame.saved = {input, output};
    return output;
  }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame& frame) const override {
    const at::Tensor largest = frame.saved[0].eq(frame.saved[1]);
    return largest * (outputGradient / largest.sum({2, 3}, /*keepdim=*/true));
  }

  LayerMemory memory(const Extent& extent) const override {
    return {.keepsInput = true, .keepsOutput = true, .backward = extent.input / sizeof(float)};
  }
};

class GlobalAveragePool2d final : public Layer {
 public:
  explicit GlobalAveragePool2d(Shape input) : input_(input) {}

  at::Tensor forward(const at::Tensor& input, Frame&) const override { return input.mean({2, 3}, /*keepdim=*/true); }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame&) const override {
    const auto [channels, height, width] = input_;
    return (outputGradient / static_cast<double>(height * width))
        .expand({-1, channels, height, width})
        .contiguous(at::MemoryFormat::ChannelsLast);
  }

  LayerMemory memory(const Extent&) const override { return {}; }

 private:
  Shape input_;
};

}  // namespace

std::unique_ptr<Layer> makeGlobalMaxPool2d(const LayerSpec&, Shape) { return std::make_unique<GlobalMaxPool2d>(); }
std::unique_ptr<Layer> makeGlobalAveragePool2d(const LayerSpec&, Shape input) {
  return std::make_unique<GlobalAveragePool2d>(input);
}

}  // namespace optimbench
