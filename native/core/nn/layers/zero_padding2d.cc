#include "core/nn/layer.h"

namespace optimbench {
namespace {

class ZeroPadding2d final : public Layer {
 public:
  ZeroPadding2d(const LayerSpec& spec, Shape input) : padding_(spec.padding), input_(input) {}

  at::Tensor forward(const at::Tensor& input, Frame&) const override {
    const auto [top, bottom, left, right] = padding_;
    return at::constant_pad_nd(input, {left, right, top, bottom}).contiguous(at::MemoryFormat::ChannelsLast);
  }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame&) const override {
    return outputGradient.narrow(2, padding_[0], input_.height)
        .narrow(3, padding_[2], input_.width)
        .contiguous(at::MemoryFormat::ChannelsLast);
  }

  LayerMemory memory(const Extent&) const override { return {}; }

 private:
  std::array<int64_t, 4> padding_;
  Shape input_;
};

}  // namespace

std::unique_ptr<Layer> makeZeroPadding2d(const LayerSpec& spec, Shape input) {
  return std::make_unique<ZeroPadding2d>(spec, input);
}

}  // namespace optimbench
