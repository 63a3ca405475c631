#pragma once

#include <napi.h>

#include <memory>

#include "core/api.h"

namespace optimbench {

// JavaScript's handle of a dataset. Jobs in progress share the ownership, so dispose() is safe at any time.
class DatasetHandle : public Napi::ObjectWrap<DatasetHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit DatasetHandle(const Napi::CallbackInfo& info);
  ~DatasetHandle() override;

  // Throws if disposed or if `value` is something else.
  static std::shared_ptr<const Dataset> from(Napi::Value value);

 private:
  void add(const Napi::CallbackInfo& info);
  void dispose(const Napi::CallbackInfo& info);
  void release(Napi::Env env);

  std::shared_ptr<Dataset> dataset_;
  Shape shape_{};
  int64_t classes_ = 0;
  int64_t reported_ = 0;  // bytes told to V8
};

}  // namespace optimbench
