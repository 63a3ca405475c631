// The core as the binding sees it. libtorch's errors leave as std::runtime_error, with their message but no backtrace.
#include <ATen/Parallel.h>
#include <ATen/cpu/Utils.h>
#include <torch/headeronly/version.h>

#include <functional>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "api.h"
#include "core/data/augment.h"
#include "core/runtime/allocator.h"
#include "core/runtime/device.h"
#include "core/runtime/device_compiler.h"
#include "core/runtime/device_work.h"
#include "core/runtime/instruction_set.h"
#include "core/runtime/matrix_product.h"
#include "core/runtime/step_mode.h"
#include "core/training/device_loss.h"
#include "core/training/memory_needs.h"
#include "core/training/training_session.h"
#include "core/update/device_update.h"
#include "core/update/host_update.h"
#include "core/update/update_listing.h"

namespace optimbench {
namespace {

template <typename Work>
auto guarded(const Work& work) {
  // libtorch applies the number of threads set below when a thread first asks for it; some operators never ask.
  at::get_num_threads();
  try {
    return work();
  } catch (const c10::Error& error) {
    throw std::runtime_error(error.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    throw std::runtime_error("out of memory");
  }
}

// Forwards each call and translates its errors. Freed memory is cached as long as there are sessions.
class GuardedSession final : public Session {
 public:
  explicit GuardedSession(const SessionSpec& spec) : spec_(spec) {
    create();
    beginCaching();
  }
  ~GuardedSession() override {
    session_.reset();
    endCaching();
  }
  int64_t parameterCount() const override { return session().parameterCount(); }
  int64_t frozenCount() const override { return session().frozenCount(); }
  int64_t bytes() const override { return session().bytes(); }
  std::vector<TensorInfo> parameters() const override { return session().parameters(); }
  std::vector<TensorInfo> statistics() const override { return session().statistics(); }
  Measured train(const Dataset& dataset, const Pass& pass, const CancelFlag& cancel) override {
    return guarded([&] { return session().train(dataset, pass, cancel); });
  }
  Measured repeatUpdate(int64_t steps, double learningRate, const CancelFlag& cancel) override {
    return guarded([&] { return session().repeatUpdate(steps, learningRate, cancel); });
  }
  Measured evaluate(const Dataset& dataset, const std::vector<uint32_t>& indices, bool weighted,
                    const CancelFlag& cancel) override {
    return guarded([&] { return session().evaluate(dataset, indices, weighted, cancel); });
  }
  std::vector<float> predict(const std::vector<uint8_t>& images, const CancelFlag& cancel) override {
    return guarded([&] { return session().predict(images, cancel); });
  }
  void restart() override {
    session_.reset();  // the new session reuses its memory
    create();
  }
  void keep() override {
    guarded([&] { session().keep(); });
  }
  void restore() override {
    guarded([&] { session().restore(); });
  }
  std::vector<VectorInfo> vectors() override {
    return guarded([&] { return session().vectors(); });
  }
  std::vector<float> read(const std::string& vector, int64_t offset, int64_t count) override {
    return guarded([&] { return session().read(vector, offset, count); });
  }
  void write(const std::string& vector, int64_t offset, const std::vector<float>& values) override {
    guarded([&] { session().write(vector, offset, values); });
  }
  void startUpdate() override {
    guarded([&] { session().startUpdate(); });
  }
  SessionState readState() const override {
    return guarded([&] { return session().readState(); });
  }
  void writeState(const SessionState& state) override {
    guarded([&] { session().writeState(state); });
  }

 private:
  void create() {
    guarded([&] {
      const auto work = deviceWork();
      session_ = std::make_unique<TrainingSession>(spec_);
    });
  }

  TrainingSession& session() const {
    if (!session_) throw std::runtime_error("The session could not be restarted");
    return *session_;
  }

  SessionSpec spec_;
  std::unique_ptr<TrainingSession> session_;
};

at::Tensor vectorOf(const std::vector<double>& values, bool doublePrecision) {
  return at::tensor(values, doublePrecision ? at::kDouble : at::kFloat);
}

std::vector<double> numbersOf(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.cpu().to(at::kDouble).contiguous();
  const double* data = flat.const_data_ptr<double>();
  return {data, data + flat.numel()};
}

at::Tensor tensorOf(const ImagesSpec& images) {
  const auto [channels, height, width] = images.shape;
  return normalise(
      at::from_blob(const_cast<uint8_t*>(images.pixels), {images.count, height, width, channels}, at::kByte));
}

// The inverse of normalise().
std::vector<uint8_t> pixelsOf(const at::Tensor& images) {
  const at::Tensor bytes = images.permute({0, 2, 3, 1}).mul(255).round_().to(at::kByte).contiguous();
  const uint8_t* data = bytes.const_data_ptr<uint8_t>();
  return {data, data + bytes.numel()};
}

class LibtorchCore final : public Core {
 public:
  LibtorchCore() {
    // We parallelise over micro-batches (gradient_shards.h). With one thread per operator, results do not depend on the
    // number of threads, and operators of different threads do not compete for cores.
    at::set_num_threads(1);
    at::globalContext().setDeterministicCuDNN(true);  // same config, same bits, as far as CUDA allows
    installCachingAllocator();
  }

  CoreInfo info() const override {
    return guarded([] {
      const std::vector<std::string> devices = availableDevices();
      return CoreInfo{TORCH_VERSION,
                      at::get_cpu_capability(),
                      kernelsName(),
                      devices,
                      devices.size() > 1 ? whyNoGraphs(at::Device(devices[1])) : "",
                      devices.size() > 1 ? whyNoKernels() : "",
                      static_cast<int64_t>(std::thread::hardware_concurrency())};
    });
  }

  std::unique_ptr<Dataset> createDataset(const DatasetSpec& spec) const override {
    return guarded([&] {
      const auto work = deviceWork();
      return std::make_unique<ResidentDataset>(spec);
    });
  }
  void addImages(Dataset& dataset, const DatasetPart& part) const override {
    guarded([&] {
      const auto work = deviceWork();
      dynamic_cast<ResidentDataset&>(dataset).add(part);
    });
  }

  std::unique_ptr<Session> createSession(const SessionSpec& spec) const override {
    return std::make_unique<GuardedSession>(spec);
  }

  MemoryNeeds memoryNeeds(const SessionSpec& spec, const PlannedWork& planned) const override {
    return guarded([&] { return optimbench::memoryNeeds(spec, planned); });
  }

  std::vector<uint8_t> augment(const ImagesSpec& images, const AugmentationSpec& augmentation, uint64_t seed,
                               int64_t epoch) const override {
    return guarded([&] {
      return pixelsOf(
          optimbench::augment(tensorOf(images), at::arange(images.count, at::kLong), augmentation, seed, epoch));
    });
  }

  std::vector<uint8_t> transform(const ImagesSpec& images, const AffineSpec& affine) const override {
    return guarded([&] { return pixelsOf(optimbench::transform(tensorOf(images), affine)); });
  }

  UpdatePath runUpdate(const UpdateSpec& spec, const std::vector<double>& theta, const std::vector<TensorInfo>& shapes,
                       const std::vector<UpdateStep>& steps, bool doublePrecision, int64_t threads,
                       const std::string& deviceName) const override {
    return guarded([&] {
      const at::NoGradGuard noGradient;
      const at::Device device = parseDevice(deviceName);
      const auto work = deviceWork();
      at::Tensor parameters = vectorOf(theta, doublePrecision && device.is_cpu()).to(device);
      int64_t count = 0;
      for (const TensorInfo& each : shapes)
        count += std::accumulate(each.shape.begin(), each.shape.end(), int64_t{1}, std::multiplies<>());
      if (count != parameters.numel()) throw std::runtime_error("the shapes do not add up to theta's length");
      Workers workers(threads);
      Update update(spec, parameters, shapes);
      HostUpdate host(update, workers);
      std::unique_ptr<DeviceUpdate> ofDevice;
      if (!device.is_cpu()) ofDevice = std::make_unique<DeviceUpdate>(update, device);
      const at::Tensor row = at::zeros({1}, at::TensorOptions(device).dtype(at::kLong));
      UpdatePath path;
      for (const UpdateStep& step : steps) {
        if (step.gradient.size() != theta.size()) throw std::runtime_error("a gradient's length differs from theta's");
        if (!step.inputs.empty() && step.inputs.size() != update.changing.size())
          throw std::runtime_error("a step has values for " + std::to_string(step.inputs.size()) +
                                   " inputs, but the update has " + std::to_string(update.changing.size()));
        if (!step.inputs.empty()) update.changing = step.inputs;
        at::Tensor gradient = vectorOf(step.gradient, doublePrecision && device.is_cpu()).to(device);
        if (ofDevice) {
          const at::Tensor scalars =
              at::tensor(ofDevice->nextScalars(step.learningRate), at::kDouble).unsqueeze(0).to(device);
          ofDevice->step(parameters, gradient, {scalars, row});
        } else {
          host.step(parameters, gradient, step.learningRate);
        }
        path.theta.push_back(numbersOf(parameters));
        if (update.evaluation().defined()) path.evaluation.push_back(numbersOf(update.evaluation()));
      }
      return path;
    });
  }

  std::string listUpdate(const UpdateSpec& spec, const std::vector<TensorInfo>& shapes) const override {
    return guarded([&] {
      int64_t count = 0;
      for (const TensorInfo& each : shapes)
        count += std::accumulate(each.shape.begin(), each.shape.end(), int64_t{1}, std::multiplies<>());
      const at::Tensor theta = at::empty({count}, at::TensorOptions(at::kFloat).device(at::kMeta));
      return updateListing(Update(spec, theta, shapes));
    });
  }

  LossValues runLoss(const LossSpec& spec, const std::vector<double>& logits, const std::vector<double>& targets,
                     int64_t classes, bool doublePrecision, const std::string& deviceName) const override {
    return guarded([&] {
      if (classes < 1 || logits.size() != targets.size() || logits.size() % classes != 0)
        throw std::runtime_error("logits and targets must both have samples x classes numbers");
      const at::Device device = parseDevice(deviceName);
      const auto work = deviceWork();
      const auto rowsOf = [&](const std::vector<double>& values) {
        return vectorOf(values, doublePrecision && device.is_cpu()).view({-1, classes}).to(device);
      };
      Loss loss(spec);
      const at::Tensor z = rowsOf(logits), y = rowsOf(targets);
      if (!device.is_cpu()) {
        loss.moveTo(z.options());
        PassCounters counters(z.options());
        DeviceLoss ofDevice(loss, spec, classes, z.options());
        const at::Tensor gradient = ofDevice.step(z, {{}, y, y.argmax(1)}, 1, false, counters);
        return LossValues{{counters.loss.item<double>()}, numbersOf(gradient)};
      }
      const Loss::Result result = loss.weightedValuesAndGradient(z, y);
      return LossValues{numbersOf(result.values), numbersOf(result.gradient)};
    });
  }

  double timeMatrixProduct(int64_t size, int64_t threads) const override {
    return guarded([&] { return optimbench::timeMatrixProduct(size, threads); });
  }
};

}  // namespace
}  // namespace optimbench

extern "C" optimbench::Core* optimbench_core(optimbench::DeviceMakers makers) {
  optimbench::recordStepsWith(makers.stepGraph);
  optimbench::compileKernelsWith(makers.compiler);
  static auto* core = new optimbench::LibtorchCore;  // never destroyed: threads may outlive static objects at exit
  return core;
}
