// Which of the kernels compiled for several instruction sets run here.
#pragma once

#include <string>

namespace optimbench {

enum class InstructionSet { baseline, avx2, avx512 };

// The widest set that the processor has, or that OPTIMBENCH_KERNELS (baseline, avx2, avx512) allows.
InstructionSet instructionSet();

// OPTIMBENCH_KERNELS = reference: libtorch's operators in place of all kernels.
bool referenceKernels();

// What these two come to: "reference", "baseline", "avx2" or "avx512".
std::string kernelsName();

}  // namespace optimbench
