#include "core_library.h"

#include <dlfcn.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <stdexcept>

#include "job_thread.h"

namespace optimbench {
namespace {

std::atomic<Core*> openedCore{nullptr};
CudaFailures failures;  // written before openedCore

void* open(const std::string& path, int scope) {
  void* library = dlopen(path.c_str(), RTLD_NOW | scope);
  if (library == nullptr) throw std::runtime_error(std::string("could not load ") + path + ": " + dlerror());
  return library;
}

template <typename Function>
Function find(void* library, const std::string& path, const char* name) {
  void* symbol = dlsym(library, name);
  if (symbol == nullptr)
    throw std::runtime_error(path + " has no " + name + ": it is not optimbench's, or from another version");
  return reinterpret_cast<Function>(symbol);
}

// Opens CUDA's libraries and returns what ours makes, or nothing with the reason in `failures`. Both use symbols of
// libraries that must be open already.
DeviceMakers openCuda(const LibraryPaths& paths) {
  std::string* reason = &failures.cuda;
  try {
    if (paths.cuda.empty()) throw std::runtime_error(paths.whyNoCuda);
    open(paths.cuda, RTLD_GLOBAL);
    if (paths.cudaGraphs.empty()) return {};
    reason = &failures.graphs;
    void* library = open(paths.cudaGraphs, RTLD_LOCAL);
    return {find<StepGraphMaker>(library, paths.cudaGraphs, "optimbench_step_graph"),
            find<DeviceCompilerMaker>(library, paths.cudaGraphs, "optimbench_device_compiler")};
  } catch (const std::runtime_error& error) {
    *reason = error.what();
    return {};
  }
}

}  // namespace

void openCore(const LibraryPaths& paths) {
  static std::mutex mutex;  // locked before every other mutex of the process
  const std::lock_guard lock(mutex);
  if (openedCore != nullptr) return;
  // Global scope, because the core and libtorch_cuda resolve their symbols against libraries that are already open.
  // CUDA registers itself with the dispatcher when it is opened, which must happen before anything asks for a device.
  open(paths.libtorch, RTLD_GLOBAL);
  const DeviceMakers makers = openCuda(paths);
  void* library = open(paths.core, RTLD_LOCAL);
  openedCore = find<Core* (*)(DeviceMakers)>(library, paths.core, "optimbench_core")(makers);
  // No thread may run while libtorch destroys its static objects. src/native/addon.ts stops threads earlier, on Node's
  // "exit" event; this covers exits without that event.
  std::atexit([] { JobThread::stopAll(); });
}

CudaFailures cudaFailures() { return openedCore == nullptr ? CudaFailures{} : failures; }

Core& core() {
  Core* opened = openedCore;
  if (opened == nullptr) throw std::runtime_error("libtorch is not open yet: call open() first");
  return *opened;
}

}  // namespace optimbench
