#include "device_compiler.h"

#include <mutex>
#include <stdexcept>

#include "instruction_set.h"

namespace optimbench {
namespace {

DeviceCompilerMaker compilerMaker = nullptr;  // written once, before any session
std::mutex failureMutex;
std::string failure;

}  // namespace

void compileKernelsWith(DeviceCompilerMaker maker) { compilerMaker = maker; }

DeviceCompiler* deviceCompiler(at::Device device) {
  if (device.is_cpu() || compilerMaker == nullptr || referenceKernels()) return nullptr;
  static DeviceCompiler* const compiler = compilerMaker();  // never destroyed, as the core
  return compiler;
}

std::shared_ptr<const DeviceKernel> compileKernel(at::Device device, const std::string& source,
                                                  const std::string& name) {
  DeviceCompiler* compiler = deviceCompiler(device);
  if (compiler == nullptr) return nullptr;
  std::string message;
  try {
    const c10::DeviceGuard guard(device);
    return compiler->compile(source, name);
  } catch (const c10::Error& error) {
    message = error.what_without_backtrace();
  } catch (const std::exception& error) {
    message = error.what();
  }
  const std::lock_guard lock(failureMutex);
  if (failure.empty()) failure = message;
  return nullptr;
}

std::string kernelFailure() {
  const std::lock_guard lock(failureMutex);
  return failure;
}

}  // namespace optimbench
