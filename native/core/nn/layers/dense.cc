#include <algorithm>

#include "core/nn/layer.h"

namespace optimbench {
namespace {

// The most bytes of a repacked matrix that MKL keeps between products, as measured. A small matrix takes about half its
// size.
constexpr double kMostPacked = 6e6;

class Dense final : public Layer {
 public:
  Dense(const LayerSpec& spec, Shape input) : spec_(spec), inputs_(input.channels * input.height * input.width) {}

  std::vector<Slot> parameters() const override {
    std::vector<Slot> slots{{"weight", {spec_.filters, inputs_}, spec_.weightLimit}};
    if (spec_.bias) slots.push_back({"bias", {spec_.filters}, spec_.biasLimit});
    for (Slot& slot : slots) slot.frozen = spec_.frozen;
    return slots;
  }

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    const at::Tensor rows = input.flatten(1);
    if (frame.training) frame.saved = {rows};
    const at::Tensor transposed = frame.parameters->at(0).t();
    const at::Tensor output =
        spec_.bias ? at::addmm(frame.parameters->at(1), rows, transposed) : at::mm(rows, transposed);
    return output.view({-1, spec_.filters, 1, 1});
  }

  at::Tensor backward(const at::Tensor& gradient, const Frame& frame) const override {
    const at::Tensor outputGradient = gradient.flatten(1);
    at::Tensor weightGradient = frame.gradients->at(0);
    weightGradient.addmm_(outputGradient.t(), frame.saved[0]);
    if (spec_.bias) frame.addGradient(frame.gradients->at(1), outputGradient.sum(0));
    return frame.inputGradient ? outputGradient.mm(frame.parameters->at(0)).view({-1, inputs_, 1, 1}) : at::Tensor();
  }

  LayerMemory memory(const Extent&) const override {
    const double packed = std::min(static_cast<double>(spec_.filters * inputs_) * sizeof(float) / 2, kMostPacked);
    return {.keepsInput = true, .forward = packed, .backward = packed};
  }

 private:
  LayerSpec spec_;
  int64_t inputs_;
};

}  // namespace

std::unique_ptr<Layer> makeDense(const LayerSpec& spec, Shape input) { return std::make_unique<Dense>(spec, input); }

}  // namespace optimbench
