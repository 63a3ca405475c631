#include "mean_pool.h"

#include "core/runtime/instruction_set.h"

namespace optimbench {

const MeanPoolKernels& meanPoolKernels() {
#if defined(__x86_64__)
  if (instructionSet() == InstructionSet::avx512) return avx512::meanPool;
  if (instructionSet() == InstructionSet::avx2) return avx2::meanPool;
#endif
  return baseline::meanPool;
}

}  // namespace optimbench
