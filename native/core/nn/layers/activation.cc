#include <functional>
#include <stdexcept>
#include <unordered_map>

#include "core/nn/layer.h"

namespace optimbench {
namespace {

using at::Tensor;

// An activation function, and the gradient of its input as a function of the output's gradient, the input and the
// output.
struct Function {
  std::function<Tensor(const Tensor& x)> value;
  std::function<Tensor(const Tensor& outputGradient, const Tensor& x, const Tensor& y)> gradient;
};

// Klambauer et al. 2017.
constexpr double kSeluAlpha = 1.6732632423543772848170429916717;
constexpr double kSeluScale = 1.0507009873554804934193349852946;

// As keras.activations and PyTorch define them.
const std::unordered_map<std::string, Function> kFunctions{
    {"relu",
     {[](const Tensor& x) { return at::relu(x); },
      [](const Tensor& g, const Tensor&, const Tensor& y) { return at::threshold_backward(g, y, 0); }}},
    {"elu",
     {[](const Tensor& x) { return at::elu(x); },
      [](const Tensor& g, const Tensor& x, const Tensor&) { return at::elu_backward(g, 1, 1, 1, false, x); }}},
    {"selu",
     {[](const Tensor& x) { return at::selu(x); },
      [](const Tensor& g, const Tensor& x, const Tensor&) {
        return at::elu_backward(g, kSeluAlpha, kSeluScale, 1, false, x);
      }}},
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

Function leakyRelu(double slope) {
  return {
      [slope](const Tensor& x) { return at::leaky_relu(x, slope); },
      [slope](const Tensor& g, const Tensor& x, const Tensor&) { return at::leaky_relu_backward(g, x, slope, false); }};
}

class Activation final : public Layer {
 public:
  explicit Activation(Function function) : function_(std::move(function)) {}

  Tensor forward(const Tensor& input, Frame& frame) const override {
    Tensor output = function_.value(input);
    if (frame.training) frame.saved = {input, output};
    return output;
  }

  Tensor backward(const Tensor& outputGradient, const Frame& frame) const override {
    return function_.gradient(outputGradient, frame.saved[0], frame.saved[1]);
  }

  LayerMemory memory(const Extent&) const override { return {.keepsInput = true, .keepsOutput = true}; }

 private:
  Function function_;
};

}  // namespace

std::unique_ptr<Layer> makeActivation(const LayerSpec& spec, Shape) {
  if (spec.activation == "leakyRelu") return std::make_unique<Activation>(leakyRelu(spec.slope));
  const auto found = kFunctions.find(spec.activation);
  if (found == kFunctions.end()) throw std::runtime_error("unknown activation '" + spec.activation + "'");
  return std::make_unique<Activation>(found->second);
}

}  // namespace optimbench
