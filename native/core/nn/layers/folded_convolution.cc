// A convolution for evaluation, with the batch normalisation, pooling, sum and ReLU after it.
#include <algorithm>
#include <stdexcept>

#include "convolution_shape.h"
#include "core/nn/fused_layers.h"
#include "folded_norm.h"

namespace optimbench {
namespace {

// The operator keeps the input of ReLU, pooling and sum in registers.
class FoldedConvolution final : public Layer {
 public:
  FoldedConvolution(std::unique_ptr<Layer> conv2d, bool hasBias, const LayerSpec* norm, const Convolution& shape)
      : slots_(conv2d->parameters()), hasBias_(hasBias), shape_(shape), kernels_(convolutionKernels()) {
    if (norm == nullptr) return;
    norm_.emplace(*norm, shape.filters);
    slots_.insert(slots_.end(), norm_->parameters().begin(), norm_->parameters().end());
  }

  std::vector<Slot> parameters() const override { return slots_; }
  std::vector<Slot> statistics() const override { return norm_ ? norm_->statistics() : std::vector<Slot>{}; }

  // The weights in the order of the kernels, and a bias per filter.
  Views prepare(const Views& parameters, const Views& statistics) const override {
    at::Tensor weight = parameters[0].contiguous();
    at::Tensor bias = hasBias_ ? parameters[1] : at::zeros({shape_.filters}, weight.options());
    if (norm_) norm_->fold(parameters, statistics, weight, bias);
    const at::Tensor prepared = at::empty({kernels_.preparedSize(shape_)}, weight.options());
    kernels_.prepare(shape_, data(weight), data(prepared), scratch().data_ptr());
    return {prepared, bias};
  }

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    const at::Tensor images = input.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor addend =
        frame.addend.defined() ? frame.addend.contiguous(at::MemoryFormat::ChannelsLast) : at::Tensor();
    const at::Tensor output = at::empty({images.size(0), shape_.filters, shape_.outputHeight, shape_.outputWidth},
                                        images.options(), at::MemoryFormat::ChannelsLast);
    kernels_.evaluate(shape_, images.size(0), data(images), data(frame.parameters->at(0)),
                      data(frame.parameters->at(1)), addend.defined() ? data(addend) : nullptr, data(output),
                      scratch().data_ptr());
    return output;
  }

  at::Tensor backward(const at::Tensor&, const Frame&) const override {
    throw std::logic_error("a layer for evaluation has no gradients");
  }

  LayerMemory memory(const Extent&) const override {
    return {.forward = static_cast<double>(kernels_.scratchBytes(shape_))};
  }
  double preparedBytes() const override {
    const auto floats = kernels_.preparedSize(shape_) + 2 * shape_.filters + sizeOf(slots_[0]);
    return sizeof(float) * static_cast<double>(floats);
  }

 private:
  static float* data(const at::Tensor& tensor) { return tensor.data_ptr<float>(); }
  at::Tensor scratch() const { return at::empty({kernels_.scratchBytes(shape_)}, at::kByte); }

  std::vector<Slot> slots_;
  bool hasBias_;
  std::optional<FoldedNorm> norm_;
  Convolution shape_;
  const ConvolutionKernels& kernels_;
};

}  // namespace

FusedLayers foldConvolution(const std::vector<LayerSpec>& layers, size_t first, Shape input) {
  const LayerSpec& conv = layers[first];
  auto shape = convolutionOf(conv, input);
  if (!shape) return {};
  Chain chain(layers, first);
  const LayerSpec* norm = chain.take(isBatchNorm);
  const LayerSpec* pool = shape->depthwise ? nullptr : chain.take(isPooling);
  if (pool != nullptr) std::ranges::copy(pool->kernel, shape->pool);
  const std::optional<int64_t> addend = pool == nullptr ? chain.takeSum() : std::nullopt;
  shape->relu = chain.take(isRelu) != nullptr;
  if (!complete(*shape, chain.last().output)) return {};
  auto layer = std::make_unique<FoldedConvolution>(makeConv2d(conv, input), conv.bias, norm, *shape);
  return {std::move(layer), chain.count(), addend};
}

}  // namespace optimbench
