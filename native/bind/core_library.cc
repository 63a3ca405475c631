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
CudaTrouble trouble;  // written before openedCore

void* open(const std::string& path, int scope) {
  void* library = dlopen(path.c_str(), RTLD_NOW | scope);
  if (library == nullptr) throw std::runtime_error(std::string("could not load ") + path + ": " + dlerror());
  return library;
}

template <typename Function>
Function find(void* library, const std::string& path, const char* name) {
  void* symbol = dlsym(library, name);
  if (symbol == nullptr)
    throw std::runtime_error(path + " has no " + name + ": it is not optimbench's, or of another version");
  return reinterpret_cast<Function>(symbol);
}

// What records steps on CUDA, or nullptr and the reason in `trouble`. Both libraries need what is open already.
StepGraphMaker openCuda(const LibraryPaths& paths) {
  std::string* reason = &trouble.cuda;
  try {
    if (paths.cuda.empty()) throw std::runtime_error(paths.whyNoCuda);
    open(paths.cuda, RTLD_GLOBAL);
    if (paths.cudaGraphs.empty()) return nullptr;
    reason = &trouble.graphs;
    return find<StepGraphMaker>(open(paths.cudaGraphs, RTLD_LOCAL), paths.cudaGraphs, "optimbench_step_graph");
  } catch (const std::runtime_error& error) {
    *reason = error.what();
    return nullptr;
  }
}

}  // namespace

void openCore(const LibraryPaths& paths) {
  static std::mutex mutex;  // taken first, before any other of this process
  const std::lock_guard lock(mutex);
  if (openedCore != nullptr) return;
  // Global scope: the core and libtorch_cuda find their symbols in what is open already. CUDA registers itself
  // with the dispatcher when it is opened, which has to come before anything asks for a device.
  open(paths.libtorch, RTLD_GLOBAL);
  const StepGraphMaker stepGraphMaker = openCuda(paths);
  void* library = open(paths.core, RTLD_LOCAL);
  openedCore = find<Core* (*)(StepGraphMaker)>(library, paths.core, "optimbench_core")(stepGraphMaker);
  // No thread may be at work when libtorch takes its static objects down. src/native/addon.ts stops them earlier, on
  // Node's "exit" event; this is for exits that have none.
  std::atexit([] { JobThread::stopAll(); });
}

CudaTrouble cudaTrouble() { return openedCore == nullptr ? CudaTrouble{} : trouble; }

Core& core() {
  Core* opened = openedCore;
  if (opened == nullptr) throw std::runtime_error("libtorch is not open yet: call open() first");
  return *opened;
}

}  // namespace optimbench
