// Chooses among the kernels that are compiled for several instruction sets.
#pragma once

#include <string>

namespace optimbench {

enum class InstructionSet { baseline, avx2, avx512 };

// The widest set that the processor supports and OPTIMBENCH_KERNELS (baseline, avx2, avx512) allows.
InstructionSet instructionSet();

// Whether OPTIMBENCH_KERNELS=reference replaces all kernels by libtorch's operators.
bool referenceKernels();

// The result of both: "reference", "baseline", "avx2" or "avx512".
std::string kernelsName();

}  // namespace optimbench
