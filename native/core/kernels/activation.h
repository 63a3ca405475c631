// Activation functions that need an exponential, and their gradients. They differ from the exact values by a few units
// in the last place. NaN gives NaN.
#pragma once

#include <cstddef>
#include <cstdint>

namespace optimbench {

enum class ActivationKind : uint8_t { tanh, sigmoid, silu, elu, selu, gelu };

struct ActivationKernels {
  // Sets y to the function of x, n values. A value's bits depend on its input only.
  void (*forward)(ActivationKind, int64_t n, const float* x, float* y);
  // Sets dx, the gradient of the input, from the gradient g of the output. tanh and sigmoid read y, the others x.
  void (*gradient)(ActivationKind, int64_t n, const float* g, const float* x, const float* y, float* dx);
};

// For the instruction set of instructionSet().
const ActivationKernels& activationKernels();

namespace baseline {
extern const ActivationKernels activation;
}
namespace avx2 {
extern const ActivationKernels activation;
}
namespace avx512 {
extern const ActivationKernels activation;
}

}  // namespace optimbench
