// Compares the kernels that the processor selects with plain loops in double precision, on random shapes, without
// libtorch: `npm run test:arm` compiles it for aarch64. Prints each kernel's largest error, and fails if one is too
// large.
#include <cstdio>

#include "comparison.h"
#include "core/runtime/instruction_set.h"

namespace {
uint64_t state = 1;
bool failed = false;
}  // namespace

uint32_t next() {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<uint32_t>(state >> 33);
}

int64_t between(int64_t least, int64_t most) { return least + next() % (most - least + 1); }

std::vector<float> numbers(int64_t count) {
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = static_cast<float>(between(-64, 64)) / 64;
  return values;
}

void report(const char* what, double error, double tolerance) {
  const bool isClose = error <= tolerance;
  std::printf("%-36s %.1e %s\n", what, error, isClose ? "" : "too large");
  failed = failed || !isClose;
}

int main() {
  std::printf("kernels: %s\n", optimbench::kernelsName().c_str());
  checkDense();
  checkConvolutions();
  checkBatchNorm();
  checkActivation();
  checkMeanPool();
  checkRandom();
  checkElementwise();
  return failed ? 1 : 0;
}
