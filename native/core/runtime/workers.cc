#include "workers.h"

#include <ATen/Parallel.h>

#include <chrono>

namespace optimbench {
namespace {

// How long a thread looks for work, or for the others to finish, before it sleeps: waking up takes tens of
// microseconds, which small steps would spend several times.
constexpr std::chrono::microseconds kSpin{50};

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

// Threads without a processor of their own would only delay the others by spinning.
Workers::Workers(int64_t threads)
    : parts_(threads), spins_(threads <= static_cast<int64_t>(std::thread::hardware_concurrency())) {
  try {
    for (int64_t i = 1; i < threads; ++i) threads_.emplace_back([this, i] { serve(i); });
  } catch (...) {  // the system refuses another thread: those that run must be joined
    stop();
    throw;
  }
}

Workers::~Workers() { stop(); }

void Workers::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Workers::run(int64_t count, const std::function<void(int64_t)>& work, bool inReverse) {
  if (threads_.empty() || count <= 1) {
    for (int64_t i = 0; i < count; ++i) work(inReverse ? count - 1 - i : i);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    work_ = &work;
    inReverse_ = inReverse;
    const auto threads = static_cast<int64_t>(parts_.size());
    for (int64_t i = 0; i < threads; ++i)
      parts_[i].left =
          static_cast<uint64_t>(count * i / threads) << 32 | static_cast<uint64_t>(count * (i + 1) / threads);
    failure_ = nullptr;
    open_ = true;
    ++generation_;
  }
  wake_.notify_all();
  take(0);
  {
    const std::lock_guard lock(mutex_);
    open_ = false;  // all work is taken, so a thread that wakes up only now is not waited for
  }
  spinUntil([this] { return busy_ == 0; });
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return busy_ == 0; });
  if (failure_) std::rethrow_exception(failure_);
}

template <typename Ready>
void Workers::spinUntil(const Ready& ready) const {
  if (!spins_) return;
  const auto end = std::chrono::steady_clock::now() + kSpin;
  while (!ready() && std::chrono::steady_clock::now() < end) relax();
}

// The first or the last of the indices, or -1 if there is none.
int64_t Workers::takeFrom(Part& part, bool last) {
  uint64_t left = part.left;
  for (;;) {
    const uint64_t first = left >> 32, end = left & UINT32_MAX;
    if (first >= end) return -1;
    if (part.left.compare_exchange_weak(left, last ? left - 1 : left + (uint64_t{1} << 32)))
      return static_cast<int64_t>(last ? end - 1 : first);
  }
}

void Workers::take(size_t thread) {
  for (size_t i = 0; i < parts_.size(); ++i) {
    const bool isOwn = i == 0;
    Part& part = parts_[(thread + i) % parts_.size()];
    for (int64_t index; (index = takeFrom(part, isOwn == inReverse_)) >= 0;) {
      try {
        (*work_)(index);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
        for (Part& each : parts_) each.left = 0;
      }
    }
  }
}

void Workers::serve(size_t thread) {
  // libtorch_core.cc turns libtorch's own threads off; the setting must be repeated in each new thread.
  at::init_num_threads();
  uint64_t seen = 0;
  for (;;) {
    spinUntil([&] { return generation_ != seen; });
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || generation_ != seen; });
      if (stopping_) return;
      seen = generation_;
      if (!open_) continue;
      ++busy_;
    }
    take(thread);
    {
      const std::lock_guard lock(mutex_);
      if (--busy_ == 0) done_.notify_one();
    }
  }
}

}  // namespace optimbench
