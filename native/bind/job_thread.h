// A thread that runs one session's jobs in order. It is independent of JavaScript.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace optimbench {

// The thread is detached and owns itself until its last job is done, so releasing a JobThread does not block.
class JobThread {
 public:
  using Work = std::function<void(const std::atomic<bool>& cancel)>;

  static std::shared_ptr<JobThread> start();
  JobThread(const JobThread&) = delete;
  JobThread& operator=(const JobThread&) = delete;

  void add(Work work);
  // Cancels the running job and the queued ones, and returns at once.
  void cancel();
  // Cancels all jobs. The thread ends after the last one.
  void close();
  // Cancels all jobs, including those added meanwhile, and waits until none is left.
  void stop();

  // Calls stop() on every JobThread of the process, before the process exits.
  static void stopAll();

 private:
  struct Job {
    Work work;
    std::atomic<bool> cancelled{false};
  };

  JobThread() = default;
  void serve();

  std::mutex mutex_;  // locked after the registry's (job_thread.cc); never held while a job runs
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Job>> jobs_;  // the front one is running
  bool closing_ = false;
};

}  // namespace optimbench
