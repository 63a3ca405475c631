// A thread of the addon's own that works off one session's jobs in order. Knows nothing of JavaScript.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace optimbench {

class JobThread {
 public:
  using Work = std::function<void(const std::atomic<bool>& cancel)>;

  JobThread();
  ~JobThread();  // cancels what is left and waits for it
  JobThread(const JobThread&) = delete;
  JobThread& operator=(const JobThread&) = delete;

  void add(Work work);
  // Tells the running job and those waiting to end; returns at once.
  void cancel();
  // Waits until no job is left, cancelling those that arrive meanwhile too.
  void stop();

  // stop() for every JobThread of this process: nothing may run while the process takes itself down.
  static void stopAll();

 private:
  struct Job {
    Work work;
    std::atomic<bool> cancelled{false};
  };

  void serve();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Job>> jobs_;  // the front one is running
  bool closing_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace optimbench
