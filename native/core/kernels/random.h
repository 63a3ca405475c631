// Random masks from the Mersenne Twister (Matsumoto & Nishimura 1998), as libtorch draws them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace optimbench {

struct RandomKernels {
  // Sets each of n elements to `value` with probability `keep`, else to 0. Two of the generator's numbers decide on
  // one.
  void (*mask)(uint32_t seed, double keep, int64_t n, float value, float* mask);
};

// For the instruction set of instructionSet().
const RandomKernels& randomKernels();

namespace baseline {
extern const RandomKernels random;
}
namespace avx2 {
extern const RandomKernels random;
}
namespace avx512 {
extern const RandomKernels random;
}

}  // namespace optimbench
