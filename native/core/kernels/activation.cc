#include "activation.h"

#include "core/runtime/instruction_set.h"

namespace optimbench {

const ActivationKernels& activationKernels() {
#if defined(__x86_64__)
  if (instructionSet() == InstructionSet::avx512) return avx512::activation;
  if (instructionSet() == InstructionSet::avx2) return avx2::activation;
#endif
  return baseline::activation;
}

}  // namespace optimbench
