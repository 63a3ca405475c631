// Opens libtorch and the core at run time, once per process. The addon itself therefore loads without them.
#pragma once

#include <string>

#include "core/api.h"

namespace optimbench {

struct LibraryPaths {
  std::string libtorch;    // libtorch_cpu.so
  std::string core;        // liboptimbench_core.so
  std::string cuda;        // libtorch_cuda.so, or empty
  std::string cudaGraphs;  // liboptimbench_cuda.so, which records steps and compiles kernels, or empty
  std::string whyNoCuda;   // why `cuda` is empty
};

// Later calls do nothing. Throws std::runtime_error with the dynamic linker's message.
void openCore(const LibraryPaths& paths);

// Why CUDA's libraries were not or could not be opened. Training on the CPU needs neither.
struct CudaFailures {
  std::string cuda;
  std::string graphs;
};
CudaFailures cudaFailures();

// Throws if openCore() has not succeeded yet.
Core& core();

}  // namespace optimbench
