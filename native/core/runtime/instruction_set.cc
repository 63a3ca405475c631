#include "instruction_set.h"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace optimbench {
namespace {

std::string_view wanted() {
  const char* name = std::getenv("OPTIMBENCH_KERNELS");
  const std::string_view asked = name == nullptr ? "" : name;
  if (asked != "" && asked != "reference" && asked != "baseline" && asked != "avx2" && asked != "avx512")
    throw std::runtime_error("OPTIMBENCH_KERNELS is '" + std::string(asked) +
                             "'; it can be reference, baseline, avx2 or avx512");
  return asked;
}

}  // namespace

InstructionSet instructionSet() {
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (wanted() == "baseline" || !avx2) return InstructionSet::baseline;
  return wanted() == "avx2" || !avx512 ? InstructionSet::avx2 : InstructionSet::avx512;
#else
  return InstructionSet::baseline;
#endif
}

bool referenceKernels() { return wanted() == "reference"; }

std::string kernelsName() {
  if (referenceKernels()) return "reference";
  switch (instructionSet()) {
    case InstructionSet::avx512:
      return "avx512";
    case InstructionSet::avx2:
      return "avx2";
    case InstructionSet::baseline:
      return "baseline";
  }
  return "";
}

}  // namespace optimbench
