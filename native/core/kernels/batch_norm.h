// The passes of batch normalisation over one micro-batch. Between them, what was measured is combined over the batch.
#pragma once

#include <cstdint>

namespace optimbench {

// Pixels in channels-last memory.
struct Pixels {
  int64_t channels;
  int64_t count;
};

// One value per channel: output = factor (input - mean) + shift, and its ReLU if `relu`.
struct Normalisation {
  const float *mean, *factor, *shift;
  bool relu;
};

struct BatchNormKernels {
  // The bytes of scratch memory that each pass needs.
  int64_t (*scratchBytes)(int64_t channels);

  // Sets the mean of each channel, and the sum of the squared deviations from it.
  void (*measure)(Pixels, const float* input, double* mean, double* squares, void* scratch);

  void (*normalise)(Pixels, const Normalisation&, const float* input, float* output, void* scratch);

  // Sets the sums over each channel of g and of g (input - mean), where g is the output's gradient, or 0 where ReLU is
  // off.
  void (*measureGradient)(Pixels, const Normalisation&, const float* input, const float* outputGradient, double* sums,
                          double* products, void* scratch);

  // Sets the gradient of the input, factor g + slope (input - mean) + offset.
  void (*gradient)(Pixels, const Normalisation&, const float* slope, const float* offset, const float* input,
                   const float* outputGradient, float* inputGradient, void* scratch);
};

// For the instruction set of instructionSet().
const BatchNormKernels& batchNormKernels();

namespace baseline {
extern const BatchNormKernels batchNorm;
}
namespace avx2 {
extern const BatchNormKernels batchNorm;
}
namespace avx512 {
extern const BatchNormKernels batchNorm;
}

}  // namespace optimbench
