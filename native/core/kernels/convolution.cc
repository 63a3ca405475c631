#include "convolution.h"

#include "core/runtime/instruction_set.h"

namespace optimbench {

const ConvolutionKernels& convolutionKernels() {
#if defined(__x86_64__)
  if (instructionSet() == InstructionSet::avx512) return avx512::convolution;
  if (instructionSet() == InstructionSet::avx2) return avx2::convolution;
#endif
  return baseline::convolution;
}

}  // namespace optimbench
