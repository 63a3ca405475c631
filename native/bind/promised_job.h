// Runs work on a JobThread and settles a promise with its result on the JavaScript thread.
#pragma once

#include <napi.h>

#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "job_thread.h"

namespace optimbench {

// The number of unsettled promises. Only the JavaScript thread accesses it.
using PendingJobs = std::shared_ptr<int>;

// While the job runs, its thread-safe function keeps the event loop alive, as a pending promise should. The job also
// references its handle, since collecting the handle would cancel the job. If the environment ends first (a worker is
// terminated), a cleanup hook stops the thread and waits for it before Node destroys the thread-safe function.
template <typename Result, typename Work, typename Convert>
Napi::Promise promisedJob(const Napi::CallbackInfo& info, const std::shared_ptr<JobThread>& thread, PendingJobs pending,
                          Work work, Convert convert) {
  const Napi::Env env = info.Env();
  struct Job {
    Job(const Napi::CallbackInfo& info, PendingJobs p, Convert c)
        : deferred(Napi::Promise::Deferred::New(info.Env())),
          handle(Napi::Persistent(info.This().As<Napi::Object>())),
          pending(std::move(p)),
          convert(std::move(c)) {
      ++*pending;
    }
    Napi::Promise::Deferred deferred;
    Napi::ObjectReference handle;
    PendingJobs pending;
    Convert convert;
    std::weak_ptr<JobThread> thread;
    std::optional<Result> result;
    std::string error;

    static void onEnvironmentEnd(void* data) {
      if (const auto thread = static_cast<Job*>(data)->thread.lock()) thread->stop();
    }
    void settle(Napi::Env env) {
      napi_remove_env_cleanup_hook(env, &Job::onEnvironmentEnd, this);
      --*pending;
      if (result.has_value())
        deferred.Resolve(convert(env, *result));
      else
        deferred.Reject(Napi::Error::New(env, error).Value());
    }
  };

  auto job = std::make_shared<Job>(info, std::move(pending), std::move(convert));
  job->thread = thread;
  const auto nothing = Napi::Function::New(env, [](const Napi::CallbackInfo&) {});
  auto settled = Napi::ThreadSafeFunction::New(env, nothing, "optimbench job", 0, 1);
  napi_add_env_cleanup_hook(env, &Job::onEnvironmentEnd, job.get());
  const Napi::Promise promise = job->deferred.Promise();

  thread->add([job, settled, work = std::move(work)](const std::atomic<bool>& cancel) mutable {
    try {
      job->result.emplace(work(cancel));
    } catch (const std::bad_alloc&) {
      job->error = "out of memory";
    } catch (const std::exception& error) {
      job->error = error.what();
    } catch (...) {
      job->error = "unknown native error";
    }
    // The job's JavaScript handles may only be released on the JavaScript thread, so its ownership moves there.
    auto* owned = new std::shared_ptr<Job>(std::move(job));
    // Once the result is delivered, the environment may end at any time and destroy the thread-safe function, so the
    // JavaScript thread releases it. If the call is refused, the environment is ending and frees its handles itself.
    settled.BlockingCall(owned, [settled](Napi::Env env, Napi::Function, std::shared_ptr<Job>* held) {
      const std::unique_ptr<std::shared_ptr<Job>> last(held);
      napi_release_threadsafe_function(settled, napi_tsfn_release);
      (*held)->settle(env);
    });
  });
  return promise;
}

}  // namespace optimbench
