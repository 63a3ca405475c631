#pragma once

#include <napi.h>

#include <memory>

#include "core/api.h"

namespace optimbench {

// JavaScript's handle to a dataset. Running jobs share ownership, so dispose() is safe at any time.
class DatasetHandle : public Napi::ObjectWrap<DatasetHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit DatasetHandle(const Napi::CallbackInfo& info);
  ~DatasetHandle() override;

  // Throws if `value` is not a dataset or is disposed.
  static std::shared_ptr<const Dataset> from(Napi::Value value);

 private:
  void add(const Napi::CallbackInfo& info);
  void dispose(const Napi::CallbackInfo& info);
  void release(Napi::Env env);

  std::shared_ptr<Dataset> dataset_;
  Shape shape_{};
  int64_t classes_ = 0;
  int64_t reported_ = 0;  // bytes reported to V8
};

}  // namespace optimbench
