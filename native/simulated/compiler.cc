// Compiles kernels for the simulated device with the host's C++ compiler (CXX, or c++). A kernel runs block by block.
// The threads of a block take turns at barriers (emulation.h).
#include <ATen/core/Tensor.h>
#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <regex>
#include <stdexcept>

#include "core/device_kernels.h"
#include "emulation.h"
#include "stream.h"

namespace {

namespace fs = std::filesystem;

std::string compilerProgram() {
  const char* asked = std::getenv("CXX");
  // A sanitizer that the process was started with does not concern the compiler.
  return std::string("env -u LD_PRELOAD ") + (asked == nullptr || *asked == '\0' ? "c++" : asked);
}

// The kernel's name, as in: extern "C" __global__ void name(
const std::regex kKernel(R"re(extern\s+"C"\s+__global__\s+void\s+(\w+)\s*\()re");

std::string hostSource(const std::string& source) {
  std::string text = std::string(kEmulation) + source + "\n";
  for (std::sregex_iterator each(source.begin(), source.end(), kKernel), end; each != end; ++each) {
    const std::string name = (*each)[1];
    text += "extern \"C\" void bind_" + name +
            "(Work* work, unsigned blocks, unsigned threads, void* const* values) {" + " *work = emulation::bind(" +
            name + ", blocks, threads, values); }\n";
  }
  return text;
}

// For libraries, which later processes use as well. No other user may change what they run.
fs::path privateFolder() {
  const fs::path folder = fs::temp_directory_path() / ("optimbench-simulated-" + std::to_string(getuid()));
  mkdir(folder.c_str(), 0700);  // unless it exists
  struct stat found{};
  if (lstat(folder.c_str(), &found) != 0 || !S_ISDIR(found.st_mode) || found.st_uid != getuid() ||
      (found.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    throw std::runtime_error(folder.string() + " must be a folder that only this user can write: remove it");
  return folder;
}

// The library of the source, which is compiled unless an earlier process did.
fs::path libraryOf(const std::string& source) {
  const std::string options = compilerProgram() + " -std=c++20 -O1 -U_FORTIFY_SOURCE -w -fPIC -shared ";
  const std::string text = hostSource(source);
  const fs::path library = privateFolder() / (std::to_string(std::hash<std::string>()(options + text)) + ".so");
  if (fs::exists(library)) return library;
  const std::string mine = library.string() + "." + std::to_string(getpid());
  std::ofstream(mine + ".cc") << text;
  const int status = std::system((options + mine + ".cc -o " + mine + " 2> " + mine + ".log").c_str());
  std::ifstream log(mine + ".log");
  const std::string said(std::istreambuf_iterator<char>(log), {});
  fs::remove(mine + ".cc");
  fs::remove(mine + ".log");
  if (status != 0) throw std::runtime_error("the host's compiler rejects a kernel: " + said);
  fs::rename(mine, library);
  return library;
}

using Bind = void (*)(std::function<void()>* work, unsigned blocks, unsigned threads, void* const* values);

class Kernel final : public optimbench::DeviceKernel {
 public:
  explicit Kernel(Bind bind) : bind_(bind) {}
  void launch(int64_t blocks, int64_t threads, const std::vector<void*>& arguments) const override {
    TORCH_CHECK(blocks > 0 && threads > 0 && threads <= 1024, "a kernel cannot have ", blocks, " blocks of ", threads,
                " threads");
    std::function<void()> work;
    bind_(&work, static_cast<unsigned>(blocks), static_cast<unsigned>(threads), arguments.data());
    simulated::submit(std::move(work));
  }

 private:
  Bind bind_;
};

class Compiler final : public optimbench::DeviceCompiler {
 public:
  std::shared_ptr<const optimbench::DeviceKernel> compile(const std::string& source, const std::string& name) override {
    const std::lock_guard lock(mutex_);
    void*& library = libraries_[source];
    if (library == nullptr) {
      simulated::forbidInCapture("compiling a kernel");
      library = dlopen(libraryOf(source).c_str(), RTLD_NOW | RTLD_LOCAL);
      if (library == nullptr) throw std::runtime_error(dlerror());
    }
    void* bind = dlsym(library, ("bind_" + name).c_str());
    if (bind == nullptr) throw std::runtime_error("the source has no kernel " + name);
    return std::make_shared<Kernel>(reinterpret_cast<Bind>(bind));
  }

 private:
  std::mutex mutex_;
  std::map<std::string, void*> libraries_;  // never closed
};

}  // namespace

optimbench::DeviceCompiler* optimbench_device_compiler() {
  if (std::system((compilerProgram() + " --version > /dev/null 2>&1").c_str()) != 0)
    throw std::runtime_error("the host has no C++ compiler");
  return new Compiler;
}
