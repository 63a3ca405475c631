// What CUDA C++ has that C++ does not, as source that precedes kernels. Blocks are one-dimensional. A kernel may use
// __shared__ arrays, __syncthreads (which all threads of a block must reach), __threadfence and atomicAdd.
#pragma once

constexpr const char* kEmulation = R"host(
#define _XOPEN_SOURCE 700  // for ucontext on macOS, which then hides its own names
#define _DARWIN_C_SOURCE
#include <setjmp.h>
#include <ucontext.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#define __global__
#define __device__
#define __constant__
#define __forceinline__ inline
#define __restrict__
#define __launch_bounds__(...)
#define __shared__ static

using std::max;
using std::min;

struct Index {
  unsigned x, y, z;
};
static Index threadIdx{0, 0, 0}, blockIdx{0, 0, 0}, blockDim{1, 1, 1}, gridDim{1, 1, 1};

using Work = std::function<void()>;

namespace emulation {

// The threads of a block, one after another on this thread: each runs to its next barrier. A fiber is the thread of its
// number in all blocks. It begins by setcontext and goes on by longjmp, which makes no system call.
struct Fiber {
  std::vector<char> stack = std::vector<char>(1 << 16);
  jmp_buf point;
  bool isNew = true;
  bool isDone = false;
};
static std::mutex mutex;  // one kernel at a time
static std::vector<std::unique_ptr<Fiber>> fibers;
static jmp_buf scheduler;
static Fiber* current;
static const Work* body;

static void suspend() {
  if (_setjmp(current->point) == 0) _longjmp(scheduler, 1);
}

static void enter() {
  for (;;) {
    (*body)();
    current->isDone = true;
    suspend();
  }
}

__attribute__((noinline)) static void resume() {
  if (_setjmp(scheduler) != 0) return;
  if (!std::exchange(current->isNew, false)) _longjmp(current->point, 1);
  ucontext_t context;
  getcontext(&context);
  context.uc_stack.ss_sp = current->stack.data();
  context.uc_stack.ss_size = current->stack.size();
  makecontext(&context, enter, 0);
  setcontext(&context);
}

static void runBlock(unsigned threads) {
  while (fibers.size() < threads) fibers.push_back(std::make_unique<Fiber>());
  for (unsigned i = 0; i < threads; ++i) fibers[i]->isDone = false;
  for (unsigned waiting = threads; waiting > 0;) {
    waiting = 0;
    for (unsigned i = 0; i < threads; ++i) {
      threadIdx.x = i;
      current = fibers[i].get();
      resume();
      waiting += !current->isDone;
    }
    if (waiting == 0 || waiting == threads) continue;
    fibers.clear();
    throw std::logic_error("only some threads of a block wait at a barrier");
  }
}

template <typename... Arguments, size_t... I>
static std::tuple<Arguments...> read(void* const* values, std::index_sequence<I...>) {
  return {*static_cast<Arguments*>(values[I])...};
}

template <typename... Arguments>
static Work bind(void (*kernel)(Arguments...), unsigned blocks, unsigned threads, void* const* values) {
  return [=, arguments = read<Arguments...>(values, std::index_sequence_for<Arguments...>{})] {
    const std::lock_guard lock(mutex);
    const Work each = [&] { std::apply(kernel, arguments); };
    body = &each;
    gridDim.x = blocks;
    blockDim.x = threads;
    for (unsigned block = 0; block < blocks; ++block) {
      blockIdx.x = block;
      runBlock(threads);
    }
  };
}

}  // namespace emulation

static void __syncthreads() { emulation::suspend(); }
static void __threadfence() {}
static unsigned atomicAdd(unsigned* to, unsigned value) { return std::exchange(*to, *to + value); }
static float rsqrtf(float x) { return 1 / std::sqrt(x); }
static double rsqrt(double x) { return 1 / std::sqrt(x); }
static float __int_as_float(int bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
static double __longlong_as_double(long long bits) {
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
#line 1 "kernel"
)host";
