#include "dense.h"

#include "core/runtime/instruction_set.h"

namespace optimbench {

const DenseKernels& denseKernels() {
#if defined(__x86_64__)
  if (instructionSet() == InstructionSet::avx512) return avx512::dense;
  if (instructionSet() == InstructionSet::avx2) return avx2::dense;
#endif
  return baseline::dense;
}

}  // namespace optimbench
