#include "job_thread.h"

#include <set>
#include <thread>

namespace optimbench {
namespace {

// Every live JobThread. Never destroyed, since it is used while the process exits.
struct Registry {
  std::mutex mutex;  // locked before a JobThread's
  std::set<JobThread*> threads;
};

Registry& registry() {
  static auto* instance = new Registry;
  return *instance;
}

}  // namespace

std::shared_ptr<JobThread> JobThread::start() {
  const std::shared_ptr<JobThread> made(new JobThread);
  const std::lock_guard lock(registry().mutex);
  registry().threads.insert(made.get());
  try {
    std::thread([made] {
      made->serve();
      const std::lock_guard leaving(registry().mutex);
      registry().threads.erase(made.get());
    }).detach();
  } catch (...) {  // the system refuses another thread
    registry().threads.erase(made.get());
    throw;
  }
  return made;
}

void JobThread::close() {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& job : jobs_) job->cancelled = true;
    closing_ = true;
  }
  changed_.notify_all();
}

void JobThread::add(Work work) {
  auto job = std::make_shared<Job>();
  job->work = std::move(work);
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  changed_.notify_all();
}

void JobThread::cancel() {
  const std::lock_guard lock(mutex_);
  for (const auto& job : jobs_) job->cancelled = true;
}

void JobThread::stop() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] {
    for (const auto& job : jobs_) job->cancelled = true;
    return jobs_.empty();
  });
}

void JobThread::stopAll() {
  const std::lock_guard lock(registry().mutex);
  for (JobThread* thread : registry().threads) thread->cancel();
  for (JobThread* thread : registry().threads) thread->stop();
}

void JobThread::serve() {
  for (;;) {
    std::shared_ptr<Job> job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return closing_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = jobs_.front();
    }
    job->work(job->cancelled);
    job->work = nullptr;  // releases what it captured before it counts as done
    {
      const std::lock_guard lock(mutex_);
      jobs_.pop_front();
    }
    changed_.notify_all();
  }
}

}  // namespace optimbench
