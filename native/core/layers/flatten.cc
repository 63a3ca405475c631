#include "../layer.h"

namespace optimbench {
namespace {

// [samples, channels, height, width] to [samples, height * width * channels, 1, 1]: Keras' order, which channels-last memory has already.
class Flatten final : public Layer {
 public:
  explicit Flatten(Shape input) : input_(input) {}

  at::Tensor forward(const at::Tensor& input, Frame&) const override {
    return input.permute({0, 2, 3, 1}).reshape({input.size(0), -1, 1, 1});
  }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame&) const override {
    return outputGradient.reshape({-1, input_.height, input_.width, input_.channels}).permute({0, 3, 1, 2});
  }

 private:
  Shape input_;
};

}  // namespace

std::unique_ptr<Layer> makeFlatten(const LayerSpec&, Shape input) { return std::make_unique<Flatten>(input); }

}  // namespace optimbench
