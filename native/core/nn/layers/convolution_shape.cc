#include "convolution_shape.h"

namespace optimbench {
namespace {

constexpr int64_t kLargestImage = int64_t{1} << 20;  // floats, border included, since offsets into it are 32-bit
// Bytes. Beyond, the operator's arrays no longer fit the caches that make it fast.
constexpr int64_t kLargestScratch = int64_t{1} << 26;

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

}  // namespace

std::optional<Convolution> convolutionOf(const LayerSpec& conv, Shape input) {
  const bool isDepthwise = conv.groups > 1 && conv.groups == input.channels && conv.filters == input.channels;
  if ((conv.groups > 1 && !isDepthwise) || conv.dilation != std::array<int64_t, 2>{1, 1}) return {};
  return Convolution{input.channels,
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
                     isDepthwise};
}

bool isPooling(const LayerSpec& layer) {
  return layer.kind == "maxPool2d" && layer.kernel == layer.strides && layer.padding == std::array<int64_t, 4>{} &&
         layer.kernel[0] * layer.kernel[1] <= 255;
}

bool complete(Convolution& convolution, Shape output) {
  convolution.outputHeight = output.height;
  convolution.outputWidth = output.width;
  return output.channels == convolution.filters && fits(convolution);
}

}  // namespace optimbench
