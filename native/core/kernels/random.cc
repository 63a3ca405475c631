#include "random.h"

#include "core/runtime/instruction_set.h"

namespace optimbench {

const RandomKernels& randomKernels() {
#if defined(__x86_64__)
  if (instructionSet() == InstructionSet::avx512) return avx512::random;
  if (instructionSet() == InstructionSet::avx2) return avx2::random;
#endif
  return baseline::random;
}

}  // namespace optimbench
