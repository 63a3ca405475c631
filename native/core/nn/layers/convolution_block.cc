#include "convolution_block.h"

#include <algorithm>

namespace optimbench {
namespace {

constexpr int64_t kLargestImage = int64_t{1} << 20;  // floats, border included, since offsets into it are 32-bit
// Bytes. Beyond, the operator's arrays no longer fit the caches that make it fast.
constexpr int64_t kLargestScratch = int64_t{1} << 26;

bool takes(const LayerSpec& layer, size_t index, size_t value) {
  if (layer.from.empty()) return index == value + 1;
  return std::ranges::find(layer.from, static_cast<int64_t>(value)) != layer.from.end();
}

// Whether the next layer, and no other, takes the output of layer `index`.
bool leadsToNextAlone(const std::vector<LayerSpec>& layers, size_t index) {
  if (index + 1 >= layers.size() || layers[index + 1].from.size() > 1) return false;
  for (size_t i = index + 1; i < layers.size(); ++i)
    if (takes(layers[i], i, index) != (i == index + 1)) return false;
  return true;
}

bool isConvolution(const LayerSpec& layer) {
  return layer.kind == "conv2d" && layer.groups == 1 && layer.dilation == std::array<int64_t, 2>{1, 1};
}

bool isPooling(const LayerSpec& layer) {
  return layer.kind == "maxPool2d" && layer.kernel == layer.strides && layer.padding == std::array<int64_t, 4>{} &&
         layer.kernel[0] * layer.kernel[1] <= 255;
}

bool isRelu(const LayerSpec& layer) { return layer.kind == "activation" && layer.activation == "relu"; }

bool fits(const Convolution& c) {
  const auto outputs = [&](int axis, int64_t size) {
    const int64_t padded = size + c.padding[2 * axis] + c.padding[2 * axis + 1];
    return padded < c.kernel[axis] ? 0 : ((padded - c.kernel[axis]) / c.strides[axis] + 1) / c.pool[axis];
  };
  const int64_t rows = c.height + c.padding[0] + c.padding[1], columns = c.width + c.padding[2] + c.padding[3];
  return c.outputHeight > 0 && c.outputWidth > 0 && c.outputHeight == outputs(0, c.height) &&
         c.outputWidth == outputs(1, c.width) && rows <= kLargestImage && columns <= kLargestImage &&
         rows * columns * c.channels <= kLargestImage &&
         c.filters * c.kernel[0] * c.kernel[1] * c.channels <= kLargestImage * 16 &&
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
    if (frame.training) {
      positions = at::empty({output.numel()}, images.options().dtype(at::kByte));
      frame.saved = {images, positions};
    }
    kernels_.forward(shape_, images.size(0), images.const_data_ptr<float>(), data(*frame.parameters, 0),
                     data(*frame.parameters, 1), output.data_ptr<float>(),
                     positions.defined() ? positions.data_ptr<uint8_t>() : nullptr, scratch().data_ptr());
    return output;
  }

  at::Tensor backward(const at::Tensor& gradient, const Frame& frame) const override {
    const at::Tensor outputGradient = gradient.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor& images = frame.saved[0];
    at::Tensor imageGradient;
    if (frame.inputGradient) imageGradient = at::empty_like(images);
    kernels_.backward(shape_, images.size(0), images.const_data_ptr<float>(), data(*frame.parameters, 0),
                      outputGradient.const_data_ptr<float>(), frame.saved[1].const_data_ptr<uint8_t>(),
                      data(*frame.gradients, 0), data(*frame.gradients, 1),
                      imageGradient.defined() ? imageGradient.data_ptr<float>() : nullptr, scratch().data_ptr());
    return imageGradient;
  }

  LayerMemory memory(const Extent& extent) const override {
    const auto scratch = static_cast<double>(kernels_.scratchBytes(shape_));
    return {.keepsInput = true,
            .kept = extent.training ? extent.output / sizeof(float) : 0,
            .forward = scratch,
            .backward = scratch};
  }

 private:
  at::Tensor scratch() const { return at::empty({kernels_.scratchBytes(shape_)}, at::kByte); }
  static float* data(const Views& views, size_t index) {
    return index < views.size() ? views[index].data_ptr<float>() : nullptr;
  }

  std::vector<Slot> slots_;
  Convolution shape_;
  const ConvolutionKernels& kernels_;
};

}  // namespace

ConvolutionBlock convolutionBlock(const std::vector<LayerSpec>& layers, size_t first, Shape input) {
  const LayerSpec& conv = layers[first];
  if (!isConvolution(conv)) return {};
  ConvolutionBlock block{1,
                         {input.channels,
                          input.height,
                          input.width,
                          conv.filters,
                          {conv.kernel[0], conv.kernel[1]},
                          {conv.strides[0], conv.strides[1]},
                          {conv.padding[0], conv.padding[1], conv.padding[2], conv.padding[3]},
                          {1, 1},
                          false,
                          0,
                          0}};
  const auto next = [&](bool (*is)(const LayerSpec&)) {
    const size_t last = first + block.layers - 1;
    if (!leadsToNextAlone(layers, last) || !is(layers[last + 1])) return false;
    ++block.layers;
    return true;
  };
  if (next(isPooling)) std::ranges::copy(layers[first + 1].kernel, block.shape.pool);
  block.shape.relu = next(isRelu);
  if (block.layers == 1) return {};  // alone it has a dense gradient, for which libtorch's operator is used
  const Shape output = layers[first + block.layers - 1].output;
  block.shape.outputHeight = output.height;
  block.shape.outputWidth = output.width;
  if (output.channels != conv.filters || !fits(block.shape)) return {};
  return block;
}

std::unique_ptr<Layer> makeConvolutionBlock(std::unique_ptr<Layer> conv2d, const Convolution& shape) {
  return std::make_unique<FusedConvolution>(std::move(conv2d), shape);
}

}  // namespace optimbench
