// Convolution, bias, max-pooling and ReLU as one operator, and its gradients.
//
// In the forward pass, the convolution's outputs stay in registers or the first-level cache until they are pooled. In
// the backward pass, only one output of each pooling window has a gradient, and none where ReLU is off. Only these are
// computed. Without pooling, all outputs are computed in both directions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace optimbench {

// Sizes in pixels. Arrays are channels-last. Pooling windows do not overlap and have no padding.
struct Convolution {
  int64_t channels, height, width;  // of an image
  int64_t filters;
  int64_t kernel[2], strides[2];  // height, width
  int64_t padding[4];             // top, bottom, left, right
  int64_t pool[2];                // height, width; 1, 1 without pooling; at most 255 pixels
  bool relu;
  int64_t outputHeight, outputWidth;  // after pooling
  bool depthwise;                     // each filter sees one channel; without pooling
};

struct ConvolutionKernels {
  bool (*supports)(const Convolution&);

  // The bytes of scratch memory that forward and backward need.
  int64_t (*scratchBytes)(const Convolution&);

  // For `count` images. `weight` is [filters, kernel height, kernel width, channels that a filter sees];
  // `bias` may be null. With pooling,
  // `positions` (may be null) receives for each output the pixel of its window that it came from, in row order, or the
  // number of pixels in the window if ReLU made it 0.
  void (*forward)(const Convolution&, int64_t count, const float* images, const float* weight, const float* bias,
                  float* output, uint8_t* positions, void* scratch);

  // The same outside training, with weights that were prepared once for many calls: their number of floats, and the
  // weights. `addend` (may be null) is added to the output of a convolution without pooling, before ReLU.
  int64_t (*preparedSize)(const Convolution&);
  void (*prepare)(const Convolution&, const float* weight, float* prepared, void* scratch);
  void (*evaluate)(const Convolution&, int64_t count, const float* images, const float* prepared, const float* bias,
                   const float* addend, float* output, void* scratch);

  // Adds to `weightGradient` and `biasGradient` (may be null); sets `imageGradient` (may be null). Without pooling,
  // `positions` is not read, and `outputGradient` must be 0 where ReLU is off.
  void (*backward)(const Convolution&, int64_t count, const float* images, const float* weight,
                   const float* outputGradient, const uint8_t* positions, float* weightGradient, float* biasGradient,
                   float* imageGradient, void* scratch);
};

// For the instruction set of instructionSet().
const ConvolutionKernels& convolutionKernels();

namespace baseline {
extern const ConvolutionKernels convolution;
}
namespace avx2 {
extern const ConvolutionKernels convolution;
}
namespace avx512 {
extern const ConvolutionKernels convolution;
}

}  // namespace optimbench
