// A session's threads. The calling thread works too, so `threads` = 1 starts none.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace optimbench {

class Workers {
 public:
  explicit Workers(int64_t threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // Calls work(0) .. work(count - 1), each once. Returns when all are done, and rethrows the first exception. Every
  // thread has a part of the indices, the same for every run of as many, so that it finds in its caches what it used
  // before. It then takes what others have left. In reverse, it begins with its last index.
  void run(int64_t count, const std::function<void(int64_t)>& work, bool inReverse = false);

 private:
  // The indices of a thread that nobody has taken, as two numbers of 32 bits: the first, and the end.
  struct alignas(64) Part {
    std::atomic<uint64_t> left{0};
  };

  void stop();
  void serve(size_t thread);
  void take(size_t thread);
  static int64_t takeFrom(Part& part, bool last);
  template <typename Ready>
  void spinUntil(const Ready& ready) const;

  std::mutex mutex_;  // held briefly, never while work runs; no other lock is taken while it is held
  std::condition_variable wake_;
  std::condition_variable done_;
  const std::function<void(int64_t)>* work_ = nullptr;
  std::vector<Part> parts_;  // of each thread
  bool inReverse_ = false;
  std::atomic<int64_t> busy_{0};         // threads that have joined the current run and are still inside
  std::atomic<uint64_t> generation_{0};  // counts runs, so that a thread joins each one once
  bool open_ = false;                    // whether the current run can be joined
  bool spins_ = false;
  bool stopping_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;  // last: they use all of the above
};

}  // namespace optimbench
