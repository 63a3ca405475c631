#include "../layer.h"

namespace optimbench {
namespace {

class Dense final : public Layer {
 public:
  Dense(const LayerSpec& spec, Shape input) : spec_(spec), inputs_(input.channels * input.height * input.width) {}

  std::vector<Slot> parameters() const override {
    std::vector<Slot> slots{{"weight", {spec_.filters, inputs_}, spec_.weightLimit}};
    if (spec_.bias) slots.push_back({"bias", {spec_.filters}, spec_.biasLimit});
    return slots;
  }

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    if (frame.training) frame.saved = {input};
    const at::Tensor transposed = frame.parameters->at(0).t();
    return spec_.bias ? at::addmm(frame.parameters->at(1), input, transposed) : at::mm(input, transposed);
  }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame& frame) const override {
    at::Tensor weightGradient = frame.gradients->at(0);
    weightGradient.addmm_(outputGradient.t(), frame.saved[0]);
    if (spec_.bias) frame.gradients->at(1).add_(outputGradient.sum(0));
    return frame.inputGradient ? outputGradient.mm(frame.parameters->at(0)) : at::Tensor();
  }

 private:
  LayerSpec spec_;
  int64_t inputs_;
};

}  // namespace

std::unique_ptr<Layer> makeDense(const LayerSpec& spec, Shape input) { return std::make_unique<Dense>(spec, input); }

}  // namespace optimbench
