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

// Gives the reason where it cannot.
std::string tryToOpen(const std::string& path, int scope) {
  try {
    open(path, scope);
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
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
  trouble.cuda = paths.cuda.empty() ? paths.whyNoCuda : tryToOpen(paths.cuda, RTLD_GLOBAL);
  // Registers itself too, with what libtorch_cuda has just brought.
  if (!paths.cuda.empty() && !paths.cudaGraphs.empty()) trouble.graphs = tryToOpen(paths.cudaGraphs, RTLD_LOCAL);
  void* library = open(paths.core, RTLD_LOCAL);
  auto* entry = reinterpret_cast<Core* (*)()>(dlsym(library, "optimbench_core"));
  if (entry == nullptr) throw std::runtime_error(paths.core + " is not optimbench's core library");
  openedCore = entry();
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
