#include <optional>

#include "core/kernels/activation.h"
#include "core/nn/fused_layers.h"

namespace optimbench {
namespace {

std::optional<ActivationKind> kindOf(const std::string& name) {
  if (name == "tanh") return ActivationKind::tanh;
  if (name == "sigmoid") return ActivationKind::sigmoid;
  if (name == "silu") return ActivationKind::silu;
  if (name == "elu") return ActivationKind::elu;
  if (name == "selu") return ActivationKind::selu;
  if (name == "gelu") return ActivationKind::gelu;
  return {};
}

class VectorActivation final : public Layer {
 public:
  explicit VectorActivation(ActivationKind kind) : kind_(kind), kernels_(activationKernels()) {}

  at::Tensor forward(const at::Tensor& given, Frame& frame) const override {
    const at::Tensor input = given.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor output = at::empty_like(input);
    kernels_.forward(kind_, input.numel(), input.const_data_ptr<float>(), output.data_ptr<float>());
    if (frame.training) frame.saved = {readsOutput() ? output : input};
    return output;
  }

  at::Tensor backward(const at::Tensor& gradient, const Frame& frame) const override {
    const at::Tensor outputGradient = gradient.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor inputGradient = at::empty_like(outputGradient);
    const float* const saved = frame.saved[0].const_data_ptr<float>();
    kernels_.gradient(kind_, outputGradient.numel(), outputGradient.const_data_ptr<float>(), saved, saved,
                      inputGradient.data_ptr<float>());
    return inputGradient;
  }

  LayerMemory memory(const Extent&) const override {
    return {.keepsInput = !readsOutput(), .keepsOutput = readsOutput()};
  }

 private:
  bool readsOutput() const { return kind_ == ActivationKind::tanh || kind_ == ActivationKind::sigmoid; }

  ActivationKind kind_;
  const ActivationKernels& kernels_;
};

}  // namespace

FusedLayers fuseActivation(const LayerSpec& layer) {
  const auto kind = kindOf(layer.activation);
  if (!kind) return {};
  return {std::make_unique<VectorActivation>(*kind), 1};
}

}  // namespace optimbench
