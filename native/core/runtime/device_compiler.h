// Kernels for a device, compiled from CUDA C++ at run time.
#pragma once

#include <memory>
#include <string>

#include "core/device_kernels.h"
#include "core/torch.h"

namespace optimbench {

// Sets what compiles kernels from now on; nullptr if no library does.
void compileKernelsWith(DeviceCompilerMaker maker);

// Null where libtorch's operators compute everything: on the CPU, on a device without a compiler, and with
// OPTIMBENCH_KERNELS=reference.
DeviceCompiler* deviceCompiler(at::Device device);

// The function `name` of the source, for this device. Null if there is no compiler, or if it fails: libtorch's
// operators then do the same work, and kernelFailure() says why.
std::shared_ptr<const DeviceKernel> compileKernel(at::Device device, const std::string& source,
                                                  const std::string& name);

// The compiler's first failure; empty if there was none.
std::string kernelFailure();

// The types of the arguments must be those of the kernel's parameters.
template <typename... Arguments>
void launch(const DeviceKernel& kernel, int64_t blocks, int64_t threads, Arguments... arguments) {
  kernel.launch(blocks, threads, {const_cast<void*>(static_cast<const void*>(&arguments))...});
}

}  // namespace optimbench
