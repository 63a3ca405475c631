#include <algorithm>

#include "core/kernels/convolution.h"
#include "core/nn/fused_layers.h"

namespace optimbench {
namespace {

constexpr int64_t kLargestImage = int64_t{1} << 20;  // floats, border included, since offsets into it are 32-bit
// Bytes. Beyond, the operator's arrays no longer fit the caches that make it fast.
constexpr int64_t kLargestScratch = int64_t{1} << 26;

bool isDepthwise(const LayerSpec& conv, Shape input) {
  return conv.groups > 1 && conv.groups == input.channels && conv.filters == input.channels;
}

bool isConvolution(const LayerSpec& layer, Shape input) {
  return (layer.groups == 1 || isDepthwise(layer, input)) && layer.dilation == std::array<int64_t, 2>{1, 1};
}

bool isPooling(const LayerSpec& layer) {
  return layer.kind == "maxPool2d" && layer.kernel == layer.strides && layer.padding == std::array<int64_t, 4>{} &&
         layer.kernel[0] * layer.kernel[1] <= 255;
}

bool fits(const Convolution& c) {
  const auto outputs = [&](int axis, int64_t size) {
    const int64_t padded = size + c.padding[2 * axis] + c.padding[2 * axis + 1];
    return padded < c.kernel[axis] ? 0 : ((padded - c.kernel[axis]) / c.strides[axis] + 1) / c.pool[axis];
  };
  const int64_t rows = c.height + c.padding[0] + c.padding[1], columns = c.width + c.padding[2] + c.padding[3];
  return c.outputHeight > 0 && c.outputWidth > 0 && c.outputHeight == outputs(0, c.height) &&
         c.outputWidth == outputs(1, c.width) && rows <= kLargestImage && columns <= kLargestImage &&
         rows * columns * c.channels <= kLargestImage &&
         c.filters * c.kernel[0] * c.kernel[1] * c.channels <= kLargestImage * 16 && convolutionKernels().supports(c) &&
         convolutionKernels().scratchBytes(c) <= kLargestScratch;
}

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
  const LayerSpec& conv = layers[first];
  if (!isConvolution(conv, input)) return {};
  Convolution shape{input.channels,
                    input.height,
                    input.width,
                    conv.filters,
                    {conv.kernel[0], conv.kernel[1]},
                    {conv.strides[0], conv.strides[1]},
                    {conv.padding[0], conv.padding[1], conv.padding[2], conv.padding[3]},
                    {1, 1},
                    false,
                    0,
                    0,
                    isDepthwise(conv, input)};
  size_t count = 1;
  const auto next = [&](bool (*is)(const LayerSpec&)) {
    const size_t last = first + count - 1;
    if (!leadsToNextAlone(layers, last) || !is(layers[last + 1])) return false;
    ++count;
    return true;
  };
  if (!shape.depthwise && next(isPooling)) std::ranges::copy(layers[first + 1].kernel, shape.pool);
  shape.relu = next(isRelu);
  const Shape output = layers[first + count - 1].output;
  shape.outputHeight = output.height;
  shape.outputWidth = output.width;
  if (output.channels != conv.filters || !fits(shape)) return {};
  return {std::make_unique<FusedConvolution>(makeConv2d(conv, input), shape), count};
}

}  // namespace optimbench
