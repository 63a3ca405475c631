#include <stdexcept>
#include <unordered_map>

#include "../layer.h"

namespace optimbench {
namespace {

using at::Tensor;

// An activation function, and its gradient from the output's gradient, its input x and its output y.
struct Function {
  Tensor (*value)(const Tensor& x);
  Tensor (*gradient)(const Tensor& outputGradient, const Tensor& x, const Tensor& y);
};

constexpr double kLeakySlope = 0.2;  // keras.activations.leaky_relu

// Definitions and defaults of keras.activations.
const std::unordered_map<std::string, Function> kFunctions{
    {"relu",
     {[](const Tensor& x) { return at::relu(x); },
      [](const Tensor& g, const Tensor&, const Tensor& y) { return at::threshold_backward(g, y, 0); }}},
    {"leakyRelu",
     {[](const Tensor& x) { return at::leaky_relu(x, kLeakySlope); },
      [](const Tensor& g, const Tensor& x, const Tensor&) { return at::leaky_relu_backward(g, x, kLeakySlope, false); }}},
    {"elu",
     {[](const Tensor& x) { return at::elu(x); },
      [](const Tensor& g, const Tensor& x, const Tensor&) { return at::elu_backward(g, 1, 1, 1, false, x); }}},
    {"gelu",
     {[](const Tensor& x) { return at::gelu(x); },
      [](const Tensor& g, const Tensor& x, const Tensor&) { return at::gelu_backward(g, x); }}},
    {"silu",
     {[](const Tensor& x) { return at::silu(x); },
      [](const Tensor& g, const Tensor& x, const Tensor&) { return at::silu_backward(g, x); }}},
    {"sigmoid",
     {[](const Tensor& x) { return at::sigmoid(x); },
      [](const Tensor& g, const Tensor&, const Tensor& y) { return at::sigmoid_backward(g, y); }}},
    {"tanh",
     {[](const Tensor& x) { return at::tanh(x); },
      [](const Tensor& g, const Tensor&, const Tensor& y) { return at::tanh_backward(g, y); }}},
    {"softplus",
     {[](const Tensor& x) { return at::softplus(x); },
      [](const Tensor& g, const Tensor& x, const Tensor&) { return at::softplus_backward(g, x, 1, 20); }}},
};

class Activation final : public Layer {
 public:
  explicit Activation(const Function& function) : function_(function) {}

  Tensor forward(const Tensor& input, Frame& frame) const override {
    Tensor output = function_.value(input);
    if (frame.training) frame.saved = {input, output};
    return output;
  }

  Tensor backward(const Tensor& outputGradient, const Frame& frame) const override {
    return function_.gradient(outputGradient, frame.saved[0], frame.saved[1]);
  }

 private:
  Function function_;
};

}  // namespace

std::unique_ptr<Layer> makeActivation(const LayerSpec& spec, Shape) {
  const auto found = kFunctions.find(spec.activation);
  if (found == kFunctions.end()) throw std::runtime_error("unknown activation '" + spec.activation + "'");
  return std::make_unique<Activation>(found->second);
}

}  // namespace optimbench
