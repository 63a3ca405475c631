// Kernels for a device, compiled from CUDA C++ at run time.
#pragma once

#include <memory>
#include <string>

#include "core/device_kernels.h"
#include "core/torch.h"

namespace optimbench {

// Sets what compiles kernels from now on; nullptr if no library does.
void compileKernelsWith(DeviceCompilerMaker maker);

// Whether kernels are compiled for the device. Otherwise libtorch's operators compute everything: on the CPU, on a
// device without a compiler that works, and with OPTIMBENCH_KERNELS=reference.
bool compilesKernels(at::Device device);
// Why they are not, for a device that is not the CPU; empty if they are.
std::string whyNoKernels();

// The function `name` of the source, for a device that kernels are compiled for. Throws std::runtime_error if the
// compiler rejects it: operators in its place would give other numbers than the environment in the records promises.
std::shared_ptr<const DeviceKernel> compileKernel(at::Device device, const std::string& source,
                                                  const std::string& name);

// A tensor's memory as an argument of a kernel; null if the tensor is undefined.
template <typename Number = float>
const Number* constData(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.const_data_ptr<Number>() : nullptr;
}
template <typename Number = float>
Number* mutableData(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.mutable_data_ptr<Number>() : nullptr;
}

// The types of the arguments must be those of the kernel's parameters.
template <typename... Arguments>
void launch(const DeviceKernel& kernel, int64_t blocks, int64_t threads, Arguments... arguments) {
  kernel.launch(blocks, threads, {const_cast<void*>(static_cast<const void*>(&arguments))...});
}

}  // namespace optimbench
