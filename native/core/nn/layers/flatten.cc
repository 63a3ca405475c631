#include "core/nn/layer.h"

namespace optimbench {
namespace {

// [samples, channels, height, width] to [samples, channels * height * width, 1, 1] in PyTorch's order, whatever the
// memory format, so the weights of the next layer match those of PyTorch's modules.
class Flatten final : public Layer {
 public:
  explicit Flatten(Shape input) : input_(input) {}

  at::Tensor forward(const at::Tensor& input, Frame&) const override {
    return input.contiguous().view({input.size(0), -1, 1, 1});
  }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame&) const override {
    return outputGradient.reshape({-1, input_.channels, input_.height, input_.width})
        .contiguous(at::MemoryFormat::ChannelsLast);
  }

  LayerMemory memory(const Extent&) const override { return {.isView = true}; }

 private:
  Shape input_;
};

}  // namespace

std::unique_ptr<Layer> makeFlatten(const LayerSpec&, Shape input) { return std::make_unique<Flatten>(input); }

}  // namespace optimbench
