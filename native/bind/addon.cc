// The addon's exports. src/native/interface.ts declares and documents them.
#include <napi.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core_library.h"
#include "dataset_handle.h"
#include "job_thread.h"
#include "session_handle.h"
#include "specs.h"

namespace optimbench {
namespace {

LibraryPaths readPaths(const Reader& paths) {
  return {paths.text("libtorch"), paths.text("core"), paths.has("cuda") ? paths.text("cuda") : "",
          paths.has("cudaGraphs") ? paths.text("cudaGraphs") : "",
          paths.has("whyNoCuda") ? paths.text("whyNoCuda") : ""};
}

void open(const Napi::CallbackInfo& info) { openCore(readPaths(Reader(info[0], "libraries"))); }

// Reading a few hundred megabytes takes a while, so it is the only job of a thread.
Napi::Value openAsync(const Napi::CallbackInfo& info) {
  const LibraryPaths paths = readPaths(Reader(info[0], "libraries"));
  const auto thread = JobThread::start();
  const Napi::Value opened = promisedJob<bool>(
      info, thread, std::make_shared<int>(0),
      [paths](const CancelFlag&) {
        openCore(paths);
        return true;
      },
      [](Napi::Env env, bool) { return env.Undefined(); });
  thread->close();
  return opened;
}

Napi::Value info(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const CoreInfo found = core().info();
  Napi::Array devices = Napi::Array::New(env);
  for (uint32_t i = 0; i < found.devices.size(); ++i) devices[i] = found.devices[i];
  Napi::Object object = Napi::Object::New(env);
  object["torch"] = found.torch;
  object["instructionSet"] = found.instructionSet;
  object["kernels"] = found.kernels;
  object["devices"] = devices;
  const CudaFailures failures = cudaFailures();
  const auto isCuda = [](const std::string& device) { return device.starts_with("cuda"); };
  if (std::ranges::none_of(found.devices, isCuda))
    object["whyNoCuda"] =
        failures.cuda.empty() ? "CUDA finds no GPU that it can use (is the driver too old?)" : failures.cuda;
  const std::string& whyNoGraphs = failures.graphs.empty() ? found.whyNoGraphs : failures.graphs;
  if (!whyNoGraphs.empty()) object["whyNoGraphs"] = whyNoGraphs;
  if (!found.whyNoKernels.empty()) object["whyNoKernels"] = found.whyNoKernels;
  object["hardwareThreads"] = static_cast<double>(found.hardwareThreads);
  return object;
}

void shutdown(const Napi::CallbackInfo&) { JobThread::stopAll(); }

// ---- augmentation without training ----

Napi::Value toPixels(Napi::Env env, const std::vector<uint8_t>& pixels) {
  auto array = Napi::Uint8Array::New(env, pixels.size());
  std::copy(pixels.begin(), pixels.end(), array.Data());
  return array;
}

Napi::Value augment(const Napi::CallbackInfo& info) {
  const Reader reader(info[0], "augment");
  const AugmentationSpec augmentation = readAugmentationSpec(reader.object("augmentation"));
  const auto seed = static_cast<uint64_t>(reader.integer("seed", 0, (int64_t{1} << 53) - 1));
  const int64_t epoch = reader.integer("epoch", 0, int64_t{1} << 32);
  return toPixels(info.Env(), core().augment(readImagesSpec(reader), augmentation, seed, epoch));
}

Napi::Value transform(const Napi::CallbackInfo& info) {
  const Reader reader(info[0], "transform");
  const AffineSpec affine{reader.number("shiftX"), reader.number("shiftY"), reader.number("rotation"),
                          reader.number("factor")};
  if (!std::isfinite(affine.shiftX + affine.shiftY + affine.rotation))
    reader.fail("shiftX, shiftY, rotation", "finite numbers");
  if (!(affine.factor > 0)) reader.fail("factor", "a number above 0");
  return toPixels(info.Env(), core().transform(readImagesSpec(reader), affine));
}

// ---- formulas without a model: a Float64Array runs in double precision, a Float32Array in single ----

bool isDouble(const Napi::Value& value, const char* name) {
  if (value.IsTypedArray()) {
    const auto type = value.As<Napi::TypedArray>().TypedArrayType();
    if (type == napi_float64_array) return true;
    if (type == napi_float32_array) return false;
  }
  throw Napi::TypeError::New(value.Env(), std::string("Expected a Float32Array or Float64Array for `") + name + "`");
}

std::vector<double> readNumbers(const Napi::Value& value, const char* name) {
  if (isDouble(value, name)) {
    const auto array = value.As<Napi::Float64Array>();
    return {array.Data(), array.Data() + array.ElementLength()};
  }
  const auto array = value.As<Napi::Float32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

Napi::Value writeNumbers(Napi::Env env, const std::vector<double>& values, bool doublePrecision) {
  if (doublePrecision) {
    auto array = Napi::Float64Array::New(env, values.size());
    std::copy(values.begin(), values.end(), array.Data());
    return array;
  }
  auto array = Napi::Float32Array::New(env, values.size());
  std::transform(values.begin(), values.end(), array.Data(), [](double x) { return static_cast<float>(x); });
  return array;
}

// One list of sizes per parameter, in the order of the vector.
std::vector<TensorInfo> readShapes(const Napi::Value& value) {
  if (!value.IsArray()) throw Napi::TypeError::New(value.Env(), "Expected a list of lists for `shapes`");
  const auto list = value.As<Napi::Array>();
  std::vector<TensorInfo> shapes;
  int64_t offset = 0;
  for (uint32_t i = 0; i < list.Length(); ++i) {
    const std::string name = "shapes[" + std::to_string(i) + "]";
    const Napi::Value each = list.Get(i);
    if (!each.IsArray()) throw Napi::TypeError::New(value.Env(), "Expected a list for `" + name + "`");
    const auto sizes = each.As<Napi::Array>();
    TensorInfo parameter{name, {}, offset};
    int64_t length = 1;
    for (uint32_t k = 0; k < sizes.Length(); ++k) {
      const Napi::Value given = sizes.Get(k);
      const double size = given.IsNumber() ? given.As<Napi::Number>().DoubleValue() : 0;
      if (!(size >= 1 && size <= 1 << 24))
        throw Napi::RangeError::New(value.Env(), "Expected sizes from 1 to 2 ** 24 for `" + name + "`");
      parameter.shape.push_back(static_cast<int64_t>(size));
      length *= parameter.shape.back();
      if (length > 1 << 30) throw Napi::RangeError::New(value.Env(), "`" + name + "` is too large");
    }
    offset += length;
    shapes.push_back(std::move(parameter));
  }
  return shapes;
}

Napi::Value listUpdate(const Napi::CallbackInfo& info) {
  const UpdateSpec spec = readUpdateSpec(Reader(info[0], "update"));
  return Napi::String::New(info.Env(), core().listUpdate(spec, readShapes(info[1])));
}

Napi::Value runUpdate(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const UpdateSpec spec = readUpdateSpec(Reader(info[0], "update"));
  const bool doublePrecision = isDouble(info[1], "theta");
  if (!info[2].IsArray()) throw Napi::TypeError::New(env, "Expected a list for `steps`");
  const auto list = info[2].As<Napi::Array>();
  std::vector<UpdateStep> steps;
  for (uint32_t i = 0; i < list.Length(); ++i) {
    const Reader step(list.Get(i), "steps[" + std::to_string(i) + "]");
    steps.push_back(
        {readNumbers(step.value().As<Napi::Object>().Get("gradient"), "gradient"), step.number("learningRate"), {}});
    if (step.has("inputs")) steps.back().inputs = step.numbers("inputs");
  }
  const std::vector<double> theta = readNumbers(info[1], "theta");
  std::vector<TensorInfo> shapes{{"theta", {static_cast<int64_t>(theta.size())}, 0}};
  bool wantsEvaluation = false;
  int64_t threads = 1;
  std::string device = "cpu";
  if (!info[3].IsUndefined()) {
    const Reader options(info[3], "options");
    if (options.has("shapes")) shapes = readShapes(options.value().As<Napi::Object>().Get("shapes"));
    if (options.has("evaluation")) wantsEvaluation = options.flag("evaluation");
    if (options.has("threads")) threads = options.integer("threads", 1, kMaxThreads);
    if (options.has("device")) device = options.text("device");
  }
  const UpdatePath paths = core().runUpdate(spec, theta, shapes, steps, doublePrecision, threads, device);
  const auto& path = wantsEvaluation && !paths.evaluation.empty() ? paths.evaluation : paths.theta;
  Napi::Array result = Napi::Array::New(env, path.size());
  for (uint32_t i = 0; i < path.size(); ++i) result[i] = writeNumbers(env, path[i], doublePrecision);
  return result;
}

Napi::Value runLoss(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const LossSpec spec = readLossSpec(Reader(info[0], "loss"));
  const bool doublePrecision = isDouble(info[1], "logits");
  if (!info[3].IsNumber()) throw Napi::TypeError::New(env, "Expected a number for `classes`");
  const std::string device = info[4].IsString() ? info[4].As<Napi::String>().Utf8Value() : "cpu";
  const LossValues result = core().runLoss(spec, readNumbers(info[1], "logits"), readNumbers(info[2], "targets"),
                                           info[3].As<Napi::Number>().Int64Value(), doublePrecision, device);
  Napi::Object object = Napi::Object::New(env);
  object["values"] = writeNumbers(env, result.values, doublePrecision);
  object["gradient"] = writeNumbers(env, result.gradient, doublePrecision);
  return object;
}

// ---- a session's memory and the machine's peak arithmetic throughput ----

Napi::Value memoryNeeds(const Napi::CallbackInfo& info) {
  const SessionSpec spec = readSessionSpec(Reader(info[0], "session"));
  const Reader options(info[1], "options");
  constexpr int64_t kMost = int64_t{1} << 32;
  const MemoryNeeds needs =
      core().memoryNeeds(spec, {options.integer("batchSize", 1, kMost), options.integers("trains", 0, 0, kMost),
                                options.integers("evaluates", 0, 0, kMost)});
  Napi::Object object = Napi::Object::New(info.Env());
  object["parameters"] = needs.parameters;
  object["gradients"] = needs.gradients;
  object["shards"] = static_cast<double>(needs.shards);
  object["states"] = needs.states;
  object["evaluation"] = needs.evaluation;
  object["activations"] = needs.activations;
  object["update"] = needs.update;
  return object;
}

Napi::Value timeMatrixProduct(const Napi::CallbackInfo& info) {
  const Reader reader(info[0], "timeMatrixProduct");
  const int64_t size = reader.integer("size", 1, 1 << 13);
  return Napi::Number::New(info.Env(), core().timeMatrixProduct(size, reader.integer("threads", 1, kMaxThreads)));
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  exports["open"] = Napi::Function::New<open>(env, "open");
  exports["openAsync"] = Napi::Function::New<openAsync>(env, "openAsync");
  exports["info"] = Napi::Function::New<optimbench::info>(env, "info");
  exports["shutdown"] = Napi::Function::New<shutdown>(env, "shutdown");
  exports["augment"] = Napi::Function::New<optimbench::augment>(env, "augment");
  exports["transform"] = Napi::Function::New<optimbench::transform>(env, "transform");
  exports["listUpdate"] = Napi::Function::New<listUpdate>(env, "listUpdate");
  exports["runUpdate"] = Napi::Function::New<runUpdate>(env, "runUpdate");
  exports["runLoss"] = Napi::Function::New<runLoss>(env, "runLoss");
  exports["memoryNeeds"] = Napi::Function::New<memoryNeeds>(env, "memoryNeeds");
  exports["timeMatrixProduct"] = Napi::Function::New<timeMatrixProduct>(env, "timeMatrixProduct");
  exports["Dataset"] = DatasetHandle::define(env);
  exports["Session"] = SessionHandle::define(env);
  return exports;
}

}  // namespace
}  // namespace optimbench

static Napi::Object Init(Napi::Env env, Napi::Object exports) { return optimbench::initialise(env, exports); }
NODE_API_MODULE(optimbench, Init)
