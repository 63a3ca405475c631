#include "instruction_set.h"

#include <cstdlib>
#include <string_view>

namespace optimbench {
namespace {

std::string_view wanted() {
  const char* name = std::getenv("OPTIMBENCH_KERNELS");
  return name == nullptr ? "" : name;
}

}  // namespace

InstructionSet instructionSet() {
#if defined(__x86_64__)
  if (wanted() == "baseline" || !__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
    return InstructionSet::baseline;
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return wide && wanted() != "avx2" ? InstructionSet::avx512 : InstructionSet::avx2;
#else
  return InstructionSet::baseline;
#endif
}

bool referenceKernels() { return wanted() == "reference"; }

}  // namespace optimbench
