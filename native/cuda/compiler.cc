// Compiles kernels with NVRTC, which libtorch_cuda needs itself, and launches them with the driver. Both are opened at
// run time, and their functions are declared here, so this needs no more headers than graph.cc.
#include <ATen/DynamicLibrary.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>
#include <dlfcn.h>

#include <map>
#include <mutex>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "core/device_kernels.h"

namespace optimbench {
namespace {

void check(int error, const char* what) {
  if (error != 0)
    throw std::runtime_error(std::string(what) + ": " + cudaGetErrorString(static_cast<cudaError_t>(error)));
}

// The functions of a library, which return 0 or an error. Arguments must have exactly the types of the parameters.
// Libraries are never closed, since kernels live as long as the process.
class Library {
 public:
  explicit Library(const std::string& name) : library_(name.c_str()) {}

  template <typename... Arguments>
  int call(const char* function, Arguments... arguments) {
    return reinterpret_cast<int (*)(Arguments...)>(find(function))(arguments...);
  }
  void* find(const char* function) { return library_.sym(function); }

 private:
  at::DynamicLibrary library_;
};

Library& driver() {
  static Library& library = *new Library("libcuda.so.1");
  return library;
}

// NVRTC opens this library by its name alone, which the loader finds only if it is open already or on its path. It is
// in NVRTC's folder. If it is not, the first compilation says so.
void openBuiltins(Library& nvrtc) {
  int major = 0, minor = 0;
  Dl_info info{};
  if (nvrtc.call("nvrtcVersion", &major, &minor) != 0 || dladdr(nvrtc.find("nvrtcVersion"), &info) == 0) return;
  const std::string path = info.dli_fname;
  const std::string name = "libnvrtc-builtins.so." + std::to_string(major) + "." + std::to_string(minor);
  dlopen((path.substr(0, path.rfind('/') + 1) + name).c_str(), RTLD_NOW | RTLD_GLOBAL);
}

Library& nvrtc() {
  static Library& library = *[] {
    int version = 0;  // 13020 for 13.2
    check(cudaRuntimeGetVersion(&version), "cudaRuntimeGetVersion");
    auto* nvrtc = new Library("libnvrtc.so." + std::to_string(version / 1000));
    openBuiltins(*nvrtc);
    return nvrtc;
  }();
  return library;
}

void checkDriver(int result, const char* function) {
  if (result == 0) return;
  const char* message = nullptr;
  driver().call("cuGetErrorString", result, &message);
  TORCH_CHECK(false, function, ": ", message == nullptr ? std::to_string(result) : message);
}

using Program = void*;

// The source as a binary for a device of this architecture.
std::string compiled(const std::string& source, int architecture) {
  const auto checked = [](int result, const char* function) {
    if (result != 0) throw std::runtime_error(std::string(function) + " failed with error " + std::to_string(result));
  };
  Program program = nullptr;
  const char* const* none = nullptr;
  checked(nvrtc().call("nvrtcCreateProgram", &program, source.c_str(), "optimbench.cu", 0, none, none),
          "nvrtcCreateProgram");
  const std::string option = "--gpu-architecture=sm_" + std::to_string(architecture);
  const char* options[] = {option.c_str(), "--std=c++17"};
  const int result = nvrtc().call("nvrtcCompileProgram", program, 2, static_cast<const char* const*>(options));
  std::string text;
  const auto take = [&](const char* sizeOf, const char* contentOf) {
    size_t size = 0;
    checked(nvrtc().call(sizeOf, program, &size), sizeOf);
    text.resize(size);
    checked(nvrtc().call(contentOf, program, text.data()), contentOf);
  };
  if (result == 0)
    take("nvrtcGetCUBINSize", "nvrtcGetCUBIN");
  else
    take("nvrtcGetProgramLogSize", "nvrtcGetProgramLog");
  nvrtc().call("nvrtcDestroyProgram", &program);
  if (result != 0) throw std::runtime_error("NVRTC rejects a kernel for " + option.substr(19) + ": " + text.c_str());
  return text;
}

class CudaKernel final : public DeviceKernel {
 public:
  CudaKernel(c10::DeviceIndex device, void* function) : device_(device), function_(function) {}

  void launch(int64_t blocks, int64_t threads, const std::vector<void*>& arguments) const override {
    const auto stream = c10::cuda::getCurrentCUDAStream(device_);
    thread_local c10::DeviceIndex current = -1;  // whose context is current
    if (std::exchange(current, device_) != device_) check(cudaSetDevice(device_), "cudaSetDevice");
    static auto* cuLaunchKernel =
        reinterpret_cast<int (*)(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*,
                                 void**, void**)>(driver().find("cuLaunchKernel"));
    checkDriver(cuLaunchKernel(function_, static_cast<unsigned>(blocks), 1, 1, static_cast<unsigned>(threads), 1, 1, 0,
                               stream.stream(), const_cast<void**>(arguments.data()), nullptr),
                "cuLaunchKernel");
  }

 private:
  c10::DeviceIndex device_;
  void* function_;
};

// Such as 90.
int architectureOf(int device) {
  int major = 0, minor = 0;
  check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device), "cudaDeviceGetAttribute");
  check(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device), "cudaDeviceGetAttribute");
  return 10 * major + minor;
}

class CudaCompiler final : public DeviceCompiler {
 public:
  // Shows that the driver and NVRTC are there, and that NVRTC knows the first GPU. This makes no context on it.
  CudaCompiler() {
    driver();
    compiled("extern \"C\" __global__ void empty() {}", architectureOf(0));
  }

  std::shared_ptr<const DeviceKernel> compile(const std::string& source, const std::string& name) override {
    const std::lock_guard lock(mutex_);
    int device = 0;
    check(cudaGetDevice(&device), "cudaGetDevice");
    auto& kernel = kernels_[{device, source, name}];
    if (!kernel) {
      // Also makes the device's context current in this thread, which may have done no other work yet.
      check(cudaSetDevice(device), "cudaSetDevice");
      void* function = nullptr;
      // The driver loads a kernel when it is found, or at the latest when it is first launched: in the first step,
      // which is never recorded.
      checkDriver(driver().call("cuModuleGetFunction", &function, module(device, source), name.c_str()),
                  "cuModuleGetFunction");
      kernel = std::make_shared<CudaKernel>(static_cast<c10::DeviceIndex>(device), function);
    }
    return kernel;
  }

 private:
  void* module(int device, const std::string& source) {
    void*& module = modules_[{device, source}];
    if (module == nullptr) {
      const std::string binary = compiled(source, architectureOf(device));
      checkDriver(driver().call("cuModuleLoadData", &module, static_cast<const void*>(binary.data())),
                  "cuModuleLoadData");
    }
    return module;
  }

  std::mutex mutex_;
  std::map<std::pair<int, std::string>, void*> modules_;  // never unloaded
  std::map<std::tuple<int, std::string, std::string>, std::shared_ptr<const DeviceKernel>> kernels_;
};

}  // namespace
}  // namespace optimbench

optimbench::DeviceCompiler* optimbench_device_compiler() { return new optimbench::CudaCompiler; }
