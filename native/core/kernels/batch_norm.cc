#include "batch_norm.h"

#include "core/runtime/instruction_set.h"

namespace optimbench {

const BatchNormKernels& batchNormKernels() {
#if defined(__x86_64__)
  if (instructionSet() == InstructionSet::avx512) return avx512::batchNorm;
  if (instructionSet() == InstructionSet::avx2) return avx2::batchNorm;
#endif
  return baseline::batchNorm;
}

}  // namespace optimbench
