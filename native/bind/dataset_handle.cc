#include "dataset_handle.h"

#include "core_library.h"
#include "specs.h"

namespace optimbench {
namespace {

constexpr napi_type_tag kTag{0x6f7074696d62656eULL, 0x0000646174617365ULL};

}  // namespace

Napi::Function DatasetHandle::define(Napi::Env env) {
  return DefineClass(env, "Dataset",
                     {InstanceMethod<&DatasetHandle::add>("add"), InstanceMethod<&DatasetHandle::dispose>("dispose")});
}

DatasetHandle::DatasetHandle(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  auto self = info.This().As<Napi::Object>();
  self.TypeTag(&kTag);
  const Reader reader(info[0], "dataset");
  DatasetSpec spec = readDatasetSpec(reader);
  const DatasetPart part = readDatasetPart(reader, spec.shape, spec.classes);
  if (spec.count < 0) spec.count = part.count;
  shape_ = spec.shape;
  classes_ = spec.classes;
  dataset_ = core().createDataset(spec);
  core().addImages(*dataset_, part);
  reported_ = dataset_->bytes();
  Napi::MemoryManagement::AdjustExternalMemory(info.Env(), reported_);
  // A plain value, since a getter of a native class also runs on objects of other classes.
  self.DefineProperty(
      Napi::PropertyDescriptor::Value("bytes", Napi::Number::New(info.Env(), static_cast<double>(reported_))));
}

DatasetHandle::~DatasetHandle() { release(Env()); }

std::shared_ptr<const Dataset> DatasetHandle::from(Napi::Value value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kTag))
    throw Napi::TypeError::New(value.Env(), "Expected a Dataset");
  auto dataset = Unwrap(value.As<Napi::Object>())->dataset_;
  if (!dataset) throw Napi::Error::New(value.Env(), "The dataset is disposed");
  if (!dataset->isComplete())
    throw Napi::Error::New(value.Env(), "The dataset is incomplete: add its remaining images first");
  return dataset;
}

// No session uses the dataset yet: from() returns only complete datasets, and those accept no more images.
void DatasetHandle::add(const Napi::CallbackInfo& info) {
  const DatasetPart part = readDatasetPart(Reader(info[0], "dataset"), shape_, classes_);
  if (!dataset_) throw Napi::Error::New(info.Env(), "The dataset is disposed");
  core().addImages(*dataset_, part);
}

void DatasetHandle::dispose(const Napi::CallbackInfo& info) { release(info.Env()); }

void DatasetHandle::release(Napi::Env env) {
  dataset_.reset();
  if (reported_ != 0) Napi::MemoryManagement::AdjustExternalMemory(env, -reported_);
  reported_ = 0;
}

}  // namespace optimbench
