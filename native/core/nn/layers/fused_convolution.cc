#include <algorithm>

#include "convolution_shape.h"
#include "core/nn/fused_layers.h"

namespace optimbench {
namespace {

class FusedConvolution final : public Layer {
 public:
  FusedConvolution(std::unique_ptr<Layer> conv2d, const Convolution& shape)
      : slots_(conv2d->parameters()), shape_(shape), kernels_(convolutionKernels()) {}

  std::vector<Slot> parameters() const override { return slots_; }

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    const at::Tensor images = input.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor output = at::empty({images.size(0), shape_.filters, shape_.outputHeight, shape_.outputWidth},
                                        images.options(), at::MemoryFormat::ChannelsLast);
    at::Tensor positions;
    if (frame.training && isPooled()) positions = at::empty({output.numel()}, images.options().dtype(at::kByte));
    if (frame.training) frame.saved = {images, isPooled() ? positions : shape_.relu ? output : at::Tensor()};
    kernels_.forward(shape_, images.size(0), images.const_data_ptr<float>(), data(*frame.parameters, 0),
                     data(*frame.parameters, 1), output.data_ptr<float>(),
                     positions.defined() ? positions.data_ptr<uint8_t>() : nullptr, scratch().data_ptr());
    return output;
  }

  at::Tensor backward(const at::Tensor& gradient, const Frame& frame) const override {
    at::Tensor outputGradient = gradient.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor& images = frame.saved[0];
    if (!isPooled() && shape_.relu) outputGradient = at::threshold_backward(outputGradient, frame.saved[1], 0);
    at::Tensor imageGradient;
    if (frame.inputGradient) imageGradient = at::empty_like(images);
    kernels_.backward(shape_, images.size(0), images.const_data_ptr<float>(), data(*frame.parameters, 0),
                      outputGradient.const_data_ptr<float>(),
                      isPooled() ? frame.saved[1].const_data_ptr<uint8_t>() : nullptr, data(*frame.gradients, 0),
                      data(*frame.gradients, 1), imageGradient.defined() ? imageGradient.data_ptr<float>() : nullptr,
                      scratch().data_ptr());
    return imageGradient;
  }

  LayerMemory memory(const Extent& extent) const override {
    const auto scratch = static_cast<double>(kernels_.scratchBytes(shape_));
    const bool masks = !isPooled() && shape_.relu;
    return {.keepsInput = true,
            .keepsOutput = masks,
            .kept = extent.training && isPooled() ? extent.output / sizeof(float) : 0,
            .forward = scratch,
            .backward = scratch + (masks ? extent.output : 0)};
  }

 private:
  bool isPooled() const { return shape_.pool[0] * shape_.pool[1] > 1; }
  at::Tensor scratch() const { return at::empty({kernels_.scratchBytes(shape_)}, at::kByte); }
  static float* data(const Views& views, size_t index) {
    return index < views.size() ? views[index].data_ptr<float>() : nullptr;
  }

  std::vector<Slot> slots_;
  Convolution shape_;
  const ConvolutionKernels& kernels_;
};

}  // namespace

FusedLayers fuseConvolution(const std::vector<LayerSpec>& layers, size_t first, Shape input) {
  auto shape = convolutionOf(layers[first], input);
  if (!shape) return {};
  Chain chain(layers, first);
  if (!shape->depthwise)
    if (const LayerSpec* pool = chain.take(isPooling)) std::ranges::copy(pool->kernel, shape->pool);
  shape->relu = chain.take(isRelu) != nullptr;
  if (!complete(*shape, chain.last().output)) return {};
  return {std::make_unique<FusedConvolution>(makeConv2d(layers[first], input), *shape), chain.count()};
}

}  // namespace optimbench
