// The three products of a dense layer: its output, and the gradients of its input and its weight.
//
// Matrices are read where they lie, except for the one whose rows a vector spans, which is packed if its rows are not
// contiguous. Every sum is over all terms in their order, so results depend neither on the division of the work nor on
// alignment.
#pragma once

#include <cstddef>
#include <cstdint>

namespace optimbench {

struct DenseShape {
  int64_t inputs, units;
  bool relu;
};

// Some samples of a batch.
struct DenseSamples {
  int64_t count;
  const float* input;           // [count, inputs]
  const float* outputGradient;  // [count, units]
};

struct DenseKernels {
  // The bytes of scratch memory that any of the three need for so many samples.
  int64_t (*scratchBytes)(const DenseShape&, int64_t samples);

  // `weight` is [units, inputs]; `bias` may be null.
  void (*forward)(const DenseShape&, int64_t samples, const float* input, const float* weight, const float* bias,
                  float* output, void* scratch);
  // Sets `inputGradient`, from a gradient that is 0 where ReLU is off.
  void (*backward)(const DenseShape&, int64_t samples, const float* outputGradient, const float* weight,
                   float* inputGradient, void* scratch);
  // Adds to the columns from `first` to `end` of `weightGradient`, for samples in several parts.
  void (*addWeightGradient)(const DenseShape&, int64_t first, int64_t end, const DenseSamples* parts, int64_t count,
                            float* weightGradient, void* scratch);
};

// For the instruction set of instructionSet().
const DenseKernels& denseKernels();

namespace baseline {
extern const DenseKernels dense;
}
namespace avx2 {
extern const DenseKernels dense;
}
namespace avx512 {
extern const DenseKernels dense;
}

}  // namespace optimbench
