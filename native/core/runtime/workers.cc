#include "workers.h"

#include <ATen/Parallel.h>

namespace optimbench {

Workers::Workers(int64_t threads) {
  try {
    for (int64_t i = 1; i < threads; ++i) threads_.emplace_back([this] { serve(); });
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

void Workers::run(int64_t count, const std::function<void(int64_t)>& work) {
  if (threads_.empty() || count <= 1) {
    for (int64_t i = 0; i < count; ++i) work(i);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    work_ = &work;
    count_ = count;
    next_ = 0;
    failure_ = nullptr;
    busy_ = static_cast<int64_t>(threads_.size());
    ++generation_;
  }
  wake_.notify_all();
  take();
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return busy_ == 0; });
  if (failure_) std::rethrow_exception(failure_);
}

void Workers::take() {
  for (;;) {
    const int64_t index = next_.fetch_add(1);
    if (index >= count_) return;
    try {
      (*work_)(index);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      next_ = count_;
    }
  }
}

void Workers::serve() {
  // libtorch_core.cc turns libtorch's own threads off; the setting must be repeated in each new thread.
  at::init_num_threads();
  uint64_t seen = 0;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || generation_ != seen; });
      if (stopping_) return;
      seen = generation_;
    }
    take();
    {
      const std::lock_guard lock(mutex_);
      if (--busy_ == 0) done_.notify_one();
    }
  }
}

}  // namespace optimbench
