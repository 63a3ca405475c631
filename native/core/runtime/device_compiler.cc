#include "device_compiler.h"

#include <stdexcept>

#include "instruction_set.h"

namespace optimbench {
namespace {

DeviceCompilerMaker compilerMaker = nullptr;  // written once, before any session

struct Opened {
  DeviceCompiler* compiler = nullptr;  // never destroyed, as the core
  std::string failure;
};

const Opened& opened() {
  static const Opened result = []() -> Opened {
    if (compilerMaker == nullptr) return {nullptr, "liboptimbench_cuda, which compiles for CUDA, is not loaded"};
    try {
      return {compilerMaker(), ""};
    } catch (const c10::Error& error) {
      return {nullptr, error.what_without_backtrace()};
    } catch (const std::runtime_error& error) {
      return {nullptr, error.what()};
    }
  }();
  return result;
}

[[noreturn]] void reject(const std::string& name, const std::string& message) {
  throw std::runtime_error("the kernel '" + name + "' could not be compiled: " + message +
                           "\nOPTIMBENCH_KERNELS=reference runs libtorch's operators instead of kernels");
}

}  // namespace

void compileKernelsWith(DeviceCompilerMaker maker) { compilerMaker = maker; }

bool compilesKernels(at::Device device) {
  return !device.is_cpu() && !referenceKernels() && opened().compiler != nullptr;
}

std::string whyNoKernels() { return referenceKernels() ? "OPTIMBENCH_KERNELS=reference" : opened().failure; }

std::shared_ptr<const DeviceKernel> compileKernel(at::Device device, const std::string& source,
                                                  const std::string& name) {
  const c10::DeviceGuard guard(device);
  try {
    return opened().compiler->compile(source, name);
  } catch (const c10::Error& error) {
    reject(name, error.what_without_backtrace());
  } catch (const std::runtime_error& error) {
    reject(name, error.what());
  }
}

}  // namespace optimbench
