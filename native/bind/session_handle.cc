#include "session_handle.h"

#include <cmath>

#include "core_library.h"
#include "dataset_handle.h"
#include "measured.h"
#include "pass.h"
#include "specs.h"

namespace optimbench {
namespace {

constexpr int64_t kMost = int64_t{1} << 32;
constexpr int64_t kMostNumbers = int64_t{1} << 40;

Napi::Float32Array toArray(Napi::Env env, const std::vector<float>& values) {
  auto array = Napi::Float32Array::New(env, values.size());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

Napi::Array toList(Napi::Env env, const std::vector<TensorInfo>& tensors) {
  Napi::Array list = Napi::Array::New(env, tensors.size());
  for (uint32_t i = 0; i < tensors.size(); ++i) {
    Napi::Array shape = Napi::Array::New(env, tensors[i].shape.size());
    for (uint32_t j = 0; j < tensors[i].shape.size(); ++j) shape[j] = static_cast<double>(tensors[i].shape[j]);
    Napi::Object object = Napi::Object::New(env);
    object["name"] = tensors[i].name;
    object["shape"] = shape;
    object["offset"] = static_cast<double>(tensors[i].offset);
    object["frozen"] = tensors[i].frozen;
    list[i] = object;
  }
  return list;
}

std::vector<float> readFloats(const Reader& reader, const char* key) {
  const auto array = reader.array<Napi::Float32Array>(key, napi_float32_array, "a Float32Array");
  return {array.Data(), array.Data() + array.ElementLength()};
}

}  // namespace

Napi::Function SessionHandle::define(Napi::Env env) {
  return DefineClass(
      env, "Session",
      {InstanceMethod<&SessionHandle::open>("open"), InstanceMethod<&SessionHandle::restart>("restart"),
       InstanceMethod<&SessionHandle::keep>("keep"), InstanceMethod<&SessionHandle::restore>("restore"),
       InstanceMethod<&SessionHandle::vectors>("vectors"), InstanceMethod<&SessionHandle::read>("read"),
       InstanceMethod<&SessionHandle::write>("write"), InstanceMethod<&SessionHandle::startUpdate>("startUpdate"),
       InstanceMethod<&SessionHandle::train>("train"), InstanceMethod<&SessionHandle::repeatUpdate>("repeatUpdate"),
       InstanceMethod<&SessionHandle::evaluate>("evaluate"), InstanceMethod<&SessionHandle::predict>("predict"),
       InstanceMethod<&SessionHandle::readState>("readState"), InstanceMethod<&SessionHandle::writeState>("writeState"),
       InstanceMethod<&SessionHandle::parameters>("parameters"),
       InstanceMethod<&SessionHandle::statistics>("statistics"), InstanceMethod<&SessionHandle::cancel>("cancel"),
       InstanceMethod<&SessionHandle::dispose>("dispose")});
}

SessionHandle::SessionHandle(const Napi::CallbackInfo& info)
    : ObjectWrap(info), spec_(readSessionSpec(Reader(info[0], "session"))), thread_(JobThread::start()) {}

SessionHandle::~SessionHandle() {
  if (thread_) thread_->add([session = std::move(session_)](const CancelFlag&) mutable { session.reset(); });
  release(Env());
}

Napi::Value SessionHandle::open(const Napi::CallbackInfo& info) {
  if (!thread_) throw Napi::Error::New(info.Env(), "The session is disposed");
  if (session_ || *pending_ > 0) throw Napi::Error::New(info.Env(), "The session is already open");
  return promisedJob<std::shared_ptr<Session>>(
      info, thread_, pending_,
      [spec = spec_](const CancelFlag&) -> std::shared_ptr<Session> { return core().createSession(spec); },
      [this](Napi::Env env, const std::shared_ptr<Session>& session) -> Napi::Value {  // the promise holds this handle
        if (!thread_) return env.Undefined();                                          // disposed meanwhile
        session_ = session;
        reported_ = session_->bytes();
        Napi::MemoryManagement::AdjustExternalMemory(env, reported_);
        // Plain values, since a getter of a native class also runs on objects of other classes.
        const auto define = [&](const char* name, int64_t count) {
          Value().DefineProperty(
              Napi::PropertyDescriptor::Value(name, Napi::Number::New(env, static_cast<double>(count))));
        };
        define("parameterCount", session_->parameterCount());
        define("frozenCount", session_->frozenCount());
        return env.Undefined();
      });
}

Napi::Value SessionHandle::promise(const Napi::CallbackInfo& info, void (Session::*work)()) {
  const auto session = live(info.Env());
  return promisedJob<bool>(
      info, thread_, pending_,
      [session, work](const CancelFlag&) {
        (*session.*work)();
        return true;
      },
      [](Napi::Env env, bool) { return env.Undefined(); });
}

Napi::Value SessionHandle::restart(const Napi::CallbackInfo& info) { return promise(info, &Session::restart); }

Napi::Value SessionHandle::keep(const Napi::CallbackInfo& info) { return promise(info, &Session::keep); }

Napi::Value SessionHandle::restore(const Napi::CallbackInfo& info) { return promise(info, &Session::restore); }

Napi::Value SessionHandle::read(const Napi::CallbackInfo& info) {
  const Reader reader(info[0], "read");
  const std::string vector = reader.text("vector");
  const int64_t offset = reader.integer("offset", 0, kMostNumbers);
  const auto into = reader.array<Napi::Float32Array>("into", napi_float32_array, "a Float32Array");
  const auto count = static_cast<int64_t>(into.ElementLength());
  const auto session = live(info.Env());
  return promisedJob<std::vector<float>>(
      info, thread_, pending_,
      [session, vector, offset, count](const CancelFlag&) { return session->read(vector, offset, count); },
      [into = Napi::Persistent(into)](Napi::Env env, const std::vector<float>& values) -> Napi::Value {
        Napi::Float32Array array = into.Value();  // read again, since the array may have been detached
        std::copy_n(values.begin(), std::min(values.size(), array.ElementLength()), array.Data());
        return env.Undefined();
      });
}

Napi::Value SessionHandle::write(const Napi::CallbackInfo& info) {
  const Reader reader(info[0], "write");
  const std::string vector = reader.text("vector");
  const int64_t offset = reader.integer("offset", 0, kMostNumbers);
  std::vector<float> values = readFloats(reader, "from");
  const auto session = live(info.Env());
  return promisedJob<bool>(
      info, thread_, pending_,
      [session, vector, offset, values = std::move(values)](const CancelFlag&) {
        session->write(vector, offset, values);
        return true;
      },
      [](Napi::Env env, bool) { return env.Undefined(); });
}

Napi::Value SessionHandle::startUpdate(const Napi::CallbackInfo& info) { return promise(info, &Session::startUpdate); }

Napi::Value SessionHandle::train(const Napi::CallbackInfo& info) {
  const auto dataset = DatasetHandle::from(info[0]);
  Pass pass = readPass(Reader(info[1], "pass"));
  const auto session = live(info.Env());  // last, since reading a property can run JavaScript, which may dispose
  return promisedJob<Measured>(
      info, thread_, pending_,
      [session, dataset, pass = std::move(pass)](const CancelFlag& cancel) {
        return session->train(*dataset, pass, cancel);
      },
      toObject);
}

Napi::Value SessionHandle::repeatUpdate(const Napi::CallbackInfo& info) {
  const Reader reader(info[0], "repeatUpdate");
  const int64_t steps = reader.integer("steps", 1, kMost);
  const double learningRate = reader.number("learningRate");
  const auto session = live(info.Env());
  return promisedJob<Measured>(
      info, thread_, pending_,
      [session, steps, learningRate](const CancelFlag& cancel) {
        return session->repeatUpdate(steps, learningRate, cancel);
      },
      toObject);
}

Napi::Value SessionHandle::evaluate(const Napi::CallbackInfo& info) {
  const auto session = live(info.Env());
  const auto dataset = DatasetHandle::from(info[0]);
  Napi::Object wrapper = Napi::Object::New(info.Env());
  wrapper["indices"] = info[1];
  const bool weighted = info[2].IsObject() && Reader(info[2], "evaluate").flag("weighted");
  return promisedJob<Measured>(
      info, thread_, pending_,
      [session, dataset, weighted, indices = readOrder(Reader(wrapper, "evaluate"), "indices")](
          const CancelFlag& cancel) { return session->evaluate(*dataset, indices, weighted, cancel); },
      toObject);
}

Napi::Value SessionHandle::predict(const Napi::CallbackInfo& info) {
  const auto session = live(info.Env());
  if (!info[0].IsTypedArray() || info[0].As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array)
    throw Napi::TypeError::New(info.Env(), "Expected a Uint8Array for `predict.images`");
  const auto array = info[0].As<Napi::Uint8Array>();
  return promisedJob<std::vector<float>>(
      info, thread_, pending_,
      [session, images = std::vector<uint8_t>(array.Data(), array.Data() + array.ElementLength())](
          const CancelFlag& cancel) { return session->predict(images, cancel); },
      [](Napi::Env env, const std::vector<float>& values) -> Napi::Value { return toArray(env, values); });
}

Napi::Value SessionHandle::readState(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const SessionState state = idle(env).readState();
  Napi::Object optimizer = Napi::Object::New(env);
  for (const auto& each : state.optimizer) optimizer[each.name] = toArray(env, each.values);
  Napi::Object object = Napi::Object::New(env);
  object["parameters"] = toArray(env, state.parameters);
  if (!state.evaluation.empty()) object["evaluation"] = toArray(env, state.evaluation);
  object["optimizer"] = optimizer;
  object["statistics"] = toArray(env, state.statistics);
  object["step"] = static_cast<double>(state.step);
  return object;
}

void SessionHandle::writeState(const Napi::CallbackInfo& info) {
  const Reader reader(info[0], "state");
  SessionState state;
  state.parameters = readFloats(reader, "parameters");
  if (reader.has("evaluation")) state.evaluation = readFloats(reader, "evaluation");
  state.statistics = readFloats(reader, "statistics");
  state.step = reader.integer("step", 0, int64_t{1} << 53);
  const Reader optimizer = reader.object("optimizer");
  const Napi::Array names = optimizer.value().As<Napi::Object>().GetPropertyNames();
  for (uint32_t i = 0; i < names.Length(); ++i) {
    const std::string name = names.Get(i).ToString();
    state.optimizer.push_back({name, readFloats(optimizer, name.c_str())});
  }
  idle(info.Env()).writeState(state);
}

Napi::Value SessionHandle::parameters(const Napi::CallbackInfo& info) {
  return toList(info.Env(), live(info.Env())->parameters());
}

Napi::Value SessionHandle::statistics(const Napi::CallbackInfo& info) {
  return toList(info.Env(), live(info.Env())->statistics());
}

Napi::Value SessionHandle::vectors(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::vector<VectorInfo> vectors = idle(env).vectors();
  Napi::Array list = Napi::Array::New(env, vectors.size());
  for (uint32_t i = 0; i < vectors.size(); ++i) {
    Napi::Object each = Napi::Object::New(env);
    each["name"] = vectors[i].name;
    each["type"] = vectors[i].type;
    each["length"] = static_cast<double>(vectors[i].length);
    list[i] = each;
  }
  return list;
}

void SessionHandle::cancel(const Napi::CallbackInfo&) {
  if (thread_) thread_->cancel();
}

// Freeing a large session takes a while, so it is the thread's last job.
Napi::Value SessionHandle::dispose(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!thread_) {
    const auto done = Napi::Promise::Deferred::New(env);
    done.Resolve(env.Undefined());
    return done.Promise();
  }
  thread_->cancel();
  const Napi::Value freed = promisedJob<bool>(
      info, thread_, pending_,
      [session = std::move(session_)](const CancelFlag&) mutable {
        session.reset();
        return true;
      },
      [](Napi::Env env, bool) { return env.Undefined(); });
  release(env);
  return freed;
}

const std::shared_ptr<Session>& SessionHandle::live(Napi::Env env) const {
  if (!session_) throw Napi::Error::New(env, thread_ ? "The session is not open" : "The session is disposed");
  return session_;
}

Session& SessionHandle::idle(Napi::Env env) const {
  Session& session = *live(env);
  if (*pending_ > 0) throw Napi::Error::New(env, "The session is busy: await its pending call first");
  return session;
}

void SessionHandle::release(Napi::Env env) {
  if (thread_) thread_->close();
  thread_.reset();
  session_.reset();
  if (reported_ != 0) Napi::MemoryManagement::AdjustExternalMemory(env, -reported_);
  reported_ = 0;
}

}  // namespace optimbench
