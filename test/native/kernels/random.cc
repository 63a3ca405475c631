#include "core/kernels/random.h"

#include <cstdint>
#include <random>
#include <vector>

#include "comparison.h"

using namespace optimbench;

void checkRandom() {
  double wrong = 0;
  for (int round = 0; round < kRounds; ++round) {
    const int64_t n = between(1, 1500);
    const double keep = double(between(1, 999)) / 1000;
    std::vector<float> mask(n);
    randomKernels().mask(static_cast<uint32_t>(round), keep, n, 2.5f, mask.data());
    std::mt19937 generator(static_cast<uint32_t>(round));
    for (const float found : mask) {
      const uint64_t first = generator(), second = generator();
      const double uniform = double((first << 32 | second) & ((uint64_t{1} << 53) - 1)) * 0x1p-53;
      wrong += found != (uniform < keep ? 2.5f : 0.0f);
    }
  }
  report("random masks", wrong, 0);
}
