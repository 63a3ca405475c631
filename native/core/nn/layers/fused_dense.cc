#include "core/kernels/dense.h"
#include "core/nn/fused_layers.h"

namespace optimbench {
namespace {

// Weights from which on a layer is wide. Below, libtorch's products are about as fast, and a gradient per shard costs
// little.
constexpr int64_t kLeastWeights = 1 << 16;
// Inputs whose weights' gradients are one piece of work: tens of microseconds.
constexpr int64_t kPiece = 64;

const float* data(const at::Tensor& tensor) { return tensor.const_data_ptr<float>(); }

// A wide dense layer, and the ReLU after it.
class FusedDense final : public WideLayer {
 public:
  FusedDense(std::unique_ptr<Layer> dense, DenseShape shape)
      : slots_(dense->parameters()), shape_(shape), kernels_(denseKernels()) {
    slots_[0].ofBatch = true;
  }

  std::vector<Slot> parameters() const override { return slots_; }

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    const at::Tensor rows = input.flatten(1).contiguous();
    const int64_t samples = rows.size(0);
    at::Tensor output = at::empty({samples, shape_.units}, rows.options());
    kernels_.forward(shape_, samples, data(rows), data(frame.parameters->at(0)),
                     slots_.size() > 1 ? data(frame.parameters->at(1)) : nullptr, output.data_ptr<float>(),
                     scratch(samples).data_ptr());
    if (frame.training) frame.saved = {rows, output};
    return output.view({samples, shape_.units, 1, 1});
  }

  at::Tensor backward(const at::Tensor& gradient, const Frame& frame) const override {
    at::Tensor outputGradient = gradient.flatten(1).contiguous();
    if (shape_.relu) outputGradient = at::threshold_backward(outputGradient, frame.saved[1], 0);
    if (slots_.size() > 1) frame.gradients->at(1).add_(outputGradient.sum(0));
    *frame.factors = {frame.saved[0], outputGradient};
    if (!frame.inputGradient) return {};
    const int64_t samples = outputGradient.size(0);
    at::Tensor inputGradient = at::empty({samples, shape_.inputs}, outputGradient.options());
    kernels_.backward(shape_, samples, data(outputGradient), data(frame.parameters->at(0)),
                      inputGradient.data_ptr<float>(), scratch(samples).data_ptr());
    return inputGradient.view({samples, shape_.inputs, 1, 1});
  }

  int64_t gradientPieces() const override { return (shape_.inputs + kPiece - 1) / kPiece; }

  void addGradientPiece(int64_t piece, const std::vector<Views>& factors, const Views& gradients) const override {
    std::vector<DenseSamples> parts;
    int64_t samples = 0;
    for (const Views& each : factors) {
      if (each.empty()) continue;  // no gradient reached the layer
      parts.push_back({each[0].size(0), data(each[0]), data(each[1])});
      samples += each[0].size(0);
    }
    kernels_.addWeightGradient(shape_, piece * kPiece, std::min((piece + 1) * kPiece, shape_.inputs), parts.data(),
                               static_cast<int64_t>(parts.size()), gradients[0].data_ptr<float>(),
                               scratch(samples).data_ptr());
  }

  double factorBytes() const override { return sizeof(float) * static_cast<double>(shape_.inputs + shape_.units); }

  LayerMemory memory(const Extent& extent) const override {
    const auto scratch = static_cast<double>(kernels_.scratchBytes(shape_, static_cast<int64_t>(extent.samples)));
    return {.keepsInput = true,
            .keepsOutput = true,
            .forward = scratch,
            .backward = scratch + (shape_.relu ? extent.output : 0)};
  }

 private:
  at::Tensor scratch(int64_t samples) const { return at::empty({kernels_.scratchBytes(shape_, samples)}, at::kByte); }

  std::vector<Slot> slots_;
  DenseShape shape_;
  const DenseKernels& kernels_;
};

}  // namespace

FusedLayers fuseDense(const std::vector<LayerSpec>& layers, size_t first, Shape input) {
  const LayerSpec& dense = layers[first];
  const int64_t inputs = input.channels * input.height * input.width;
  if (inputs == 0 || dense.filters == 0 || inputs < kLeastWeights / dense.filters) return {};
  const bool relu = leadsToNextAlone(layers, first) && isRelu(layers[first + 1]);
  return {std::make_unique<FusedDense>(makeDense(dense, input), DenseShape{inputs, dense.filters, relu}),
          size_t{relu ? 2U : 1U}};
}

}  // namespace optimbench
