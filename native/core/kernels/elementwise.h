// Elementwise kernels on short runs of float32, compiled once per instruction set: the instructions of compiled
// updates. x, y and z are the operands, k the scalars. The result may overwrite an operand.
#pragma once

#include <cstdint>

namespace optimbench {

enum class Elementwise : uint8_t {
  linear,               // k0 x + k1
  axpby,                // k0 x + k1 y
  product,              // k0 x y
  accumulate,           // k0 x + k1 y z
  quotient,             // k0 x / (k1 y + k2)
  quotientAdd,          // k0 x + k1 y / (k2 z + k3)
  root,                 // k0 sqrt(k1 x + k2) + k3
  rootQuotient,         // k0 x / (k1 sqrt(k2 y + k3) + k4)
  productRootQuotient,  // k0 x / (k1 sqrt(maximum(k2 y z, k3)) + k4)
  rootQuotientAdd,      // k0 x + k1 y / (k2 sqrt(k3 z + k4) + k5)
  absolute,
  sign,     // 0 of NaN
  maximum,  // NaN where either is
  minimum,
  less,  // 1 where true, 0 where false
  lessEqual,
  equal,
  notEqual,
  where,    // y where x is not 0, z elsewhere
  fill,     // k0
  sum,      // of x, into the first element of the result
  squares,  // of x, summed likewise
  count,
};

constexpr int kScalars = 6;  // scalars that a kernel reads

using ElementwiseKernel = void (*)(float* result, const float* x, const float* y, const float* z, const float* k,
                                   int64_t n);

// Indexed by operation; for the instruction set of instructionSet().
const ElementwiseKernel* elementwiseKernels();

namespace baseline {
extern const ElementwiseKernel elementwise[];
}
namespace avx2 {
extern const ElementwiseKernel elementwise[];
}
namespace avx512 {
extern const ElementwiseKernel elementwise[];
}

}  // namespace optimbench
