// A dense layer for evaluation, with the batch normalisation and ReLU after it.
#include <stdexcept>

#include "core/kernels/dense.h"
#include "core/nn/fused_layers.h"
#include "folded_norm.h"

namespace optimbench {
namespace {

class FoldedDense final : public Layer {
 public:
  FoldedDense(std::unique_ptr<Layer> dense, bool hasBias, FoldedNorm norm, DenseShape shape)
      : slots_(dense->parameters()),
        hasBias_(hasBias),
        norm_(std::move(norm)),
        shape_(shape),
        kernels_(denseKernels()) {
    slots_.insert(slots_.end(), norm_.parameters().begin(), norm_.parameters().end());
  }

  std::vector<Slot> parameters() const override { return slots_; }
  std::vector<Slot> statistics() const override { return norm_.statistics(); }

  Views prepare(const Views& parameters, const Views& statistics) const override {
    at::Tensor weight = parameters[0];
    at::Tensor bias = hasBias_ ? parameters[1] : at::zeros({shape_.units}, weight.options());
    norm_.fold(parameters, statistics, weight, bias);
    return {weight, bias};
  }

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    const at::Tensor rows = input.flatten(1).contiguous();
    const int64_t samples = rows.size(0);
    const at::Tensor output = at::empty({samples, shape_.units}, rows.options());
    const at::Tensor scratch = at::empty({kernels_.scratchBytes(shape_, samples)}, at::kByte);
    kernels_.forward(shape_, samples, data(rows), data(frame.parameters->at(0)), data(frame.parameters->at(1)),
                     output.data_ptr<float>(), scratch.data_ptr());
    return output.view({samples, shape_.units, 1, 1});
  }

  at::Tensor backward(const at::Tensor&, const Frame&) const override {
    throw std::logic_error("a layer for evaluation has no gradients");
  }

  LayerMemory memory(const Extent& extent) const override {
    return {.forward = static_cast<double>(kernels_.scratchBytes(shape_, static_cast<int64_t>(extent.samples)))};
  }
  double preparedBytes() const override {
    return sizeof(float) * static_cast<double>(shape_.units * (shape_.inputs + 2));
  }

 private:
  static const float* data(const at::Tensor& tensor) { return tensor.const_data_ptr<float>(); }

  std::vector<Slot> slots_;
  bool hasBias_;
  FoldedNorm norm_;
  DenseShape shape_;
  const DenseKernels& kernels_;
};

}  // namespace

FusedLayers foldDense(const std::vector<LayerSpec>& layers, size_t first, Shape input) {
  const LayerSpec& dense = layers[first];
  const int64_t inputs = input.channels * input.height * input.width;
  Chain chain(layers, first);
  const LayerSpec* norm = chain.take(isBatchNorm);
  if (norm == nullptr || inputs == 0 || dense.filters == 0) return fuseDense(layers, first, input);
  const bool relu = chain.take(isRelu) != nullptr;
  auto layer = std::make_unique<FoldedDense>(makeDense(dense, input), dense.bias, FoldedNorm(*norm, dense.filters),
                                             DenseShape{inputs, dense.filters, relu});
  return {std::move(layer), chain.count()};
}

}  // namespace optimbench
