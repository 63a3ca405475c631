#include "elementwise.h"

#include "core/runtime/instruction_set.h"

namespace optimbench {

const ElementwiseKernel* elementwiseKernels() {
#if defined(__x86_64__)
  if (instructionSet() == InstructionSet::avx512) return avx512::elementwise;
  if (instructionSet() == InstructionSet::avx2) return avx2::elementwise;
#endif
  return baseline::elementwise;
}

}  // namespace optimbench
