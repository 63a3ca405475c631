#pragma once

#include <napi.h>

#include <memory>

#include "core/api.h"
#include "promised_job.h"

namespace optimbench {

// JavaScript's handle to a training session, with the thread that runs its jobs.
class SessionHandle : public Napi::ObjectWrap<SessionHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit SessionHandle(const Napi::CallbackInfo& info);
  ~SessionHandle() override;

 private:
  Napi::Value open(const Napi::CallbackInfo& info);
  Napi::Value restart(const Napi::CallbackInfo& info);
  Napi::Value keep(const Napi::CallbackInfo& info);
  Napi::Value restore(const Napi::CallbackInfo& info);
  Napi::Value vectors(const Napi::CallbackInfo& info);
  Napi::Value read(const Napi::CallbackInfo& info);
  Napi::Value write(const Napi::CallbackInfo& info);
  Napi::Value startUpdate(const Napi::CallbackInfo& info);
  Napi::Value train(const Napi::CallbackInfo& info);
  Napi::Value repeatUpdate(const Napi::CallbackInfo& info);
  Napi::Value evaluate(const Napi::CallbackInfo& info);
  Napi::Value predict(const Napi::CallbackInfo& info);
  Napi::Value readState(const Napi::CallbackInfo& info);
  void writeState(const Napi::CallbackInfo& info);
  Napi::Value parameters(const Napi::CallbackInfo& info);
  Napi::Value statistics(const Napi::CallbackInfo& info);
  void cancel(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  Napi::Value promise(const Napi::CallbackInfo& info, void (Session::*work)());
  // Both throw if the session is not open or is disposed, idle() also if a job is pending.
  const std::shared_ptr<Session>& live(Napi::Env env) const;
  Session& idle(Napi::Env env) const;
  void release(Napi::Env env);

  SessionSpec spec_;
  PendingJobs pending_ = std::make_shared<int>(0);
  std::shared_ptr<Session> session_;  // shared with running jobs
  std::shared_ptr<JobThread> thread_;
  int64_t reported_ = 0;  // bytes reported to V8
};

}  // namespace optimbench
