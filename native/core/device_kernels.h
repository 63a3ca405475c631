// Kernels that a device compiles from source at run time, so that setup needs no CUDA toolkit. The core has only the
// interface. One library per kind of device implements it (native/cuda).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace optimbench {

class DeviceKernel {
 public:
  virtual ~DeviceKernel() = default;
  // Submits the kernel to the current stream: `blocks` blocks of `threads` threads. Each of `arguments` points to the
  // value of an argument, as for cuLaunchKernel.
  virtual void launch(int64_t blocks, int64_t threads, const std::vector<void*>& arguments) const = 0;
};

class DeviceCompiler {
 public:
  virtual ~DeviceCompiler() = default;
  // Compiles CUDA C++ and returns its function `name`, an extern "C" __global__ one. The same source is compiled once
  // per process. Throws std::runtime_error with the compiler's messages.
  virtual std::shared_ptr<const DeviceKernel> compile(const std::string& source, const std::string& name) = 0;
};

using DeviceCompilerMaker = DeviceCompiler* (*)();

}  // namespace optimbench

// Throws std::runtime_error or c10::Error if it cannot compile here. The caller owns the compiler.
extern "C" __attribute__((visibility("default"))) optimbench::DeviceCompiler* optimbench_device_compiler();
