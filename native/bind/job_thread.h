// A thread of the addon's own that works off one session's jobs in order. Knows nothing of JavaScript.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace optimbench {

// Nobody waits for a thread that is let go: it keeps itself until its last job is done.
class JobThread {
 public:
  using Work = std::function<void(const std::atomic<bool>& cancel)>;

  static std::shared_ptr<JobThread> start();
  JobThread(const JobThread&) = delete;
  JobThread& operator=(const JobThread&) = delete;

  void add(Work work);
  // Tells the running job and those waiting to end; returns at once.
  void cancel();
  // Cancels what is left; the thread ends with the last job.
  void close();
  // Waits until no job is left, cancelling those that arrive meanwhile too.
  void stop();

  // stop() for every JobThread of this process: nothing may run while the process takes itself down.
  static void stopAll();

 private:
  struct Job {
    Work work;
    std::atomic<bool> cancelled{false};
  };

  JobThread() = default;
  void serve();

  std::mutex mutex_;  // taken after the registry's (job_thread.cc), if both; never held while a job runs
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Job>> jobs_;  // the front one is running
  bool closing_ = false;
};

}  // namespace optimbench
