// What CUDA C++ has that C++ does not, as source that precedes kernels. Blocks are one-dimensional. A kernel may use
// __shared__ arrays, __syncthreads (which all threads of a block must reach), __threadfence and atomicAdd.
#pragma once

constexpr const char* kEmulation = R"cc(
#define _XOPEN_SOURCE 700
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

  // The threads of a block, one after another on this thread: each runs to its next barrier.
  struct Fiber {
    ucontext_t context;
    std::vector<char> stack = std::vector<char>(1 << 16);
    bool isDone = false;
  };
  static std::mutex mutex;  // one kernel at a time
  static std::vector<std::unique_ptr<Fiber>> fibers;
  static ucontext_t scheduler;
  static Fiber* current;
  static const Work* body;

  static void enter() {
    (*body)();
    current->isDone = true;  // and return to the scheduler
  }

  static void runBlock(unsigned threads) {
    while (fibers.size() < threads) fibers.push_back(std::make_unique<Fiber>());
    for (unsigned i = 0; i < threads; ++i) {
      Fiber& fiber = *fibers[i];
      fiber.isDone = false;
      getcontext(&fiber.context);
      fiber.context.uc_stack.ss_sp = fiber.stack.data();
      fiber.context.uc_stack.ss_size = fiber.stack.size();
      fiber.context.uc_link = &scheduler;
      makecontext(&fiber.context, enter, 0);
    }
    for (unsigned waiting = threads; waiting > 0;) {
      waiting = 0;
      for (unsigned i = 0; i < threads; ++i) {
        threadIdx.x = i;
        current = fibers[i].get();
        swapcontext(&scheduler, &current->context);
        waiting += !current->isDone;
      }
      if (waiting != 0 && waiting != threads) throw std::logic_error("only some threads of a block wait at a barrier");
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

  static void __syncthreads() { swapcontext(&emulation::current->context, &emulation::scheduler); }
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
)cc";
