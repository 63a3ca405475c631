#include "training_session.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <tuple>

#include "core/data/augment.h"
#include "core/runtime/device.h"
#include "core/runtime/step_mode.h"
#include "evaluate.h"

namespace optimbench {
namespace {

Weights makeWeights(const Model& model, uint64_t seed, at::Device device) {
  Weights weights;
  std::tie(weights.theta, weights.frozen) = model.initialParameters(seed);
  weights.theta = weights.theta.to(device);
  weights.frozen = weights.frozen.to(device);
  weights.gradient = at::zeros_like(weights.theta);
  weights.statistics = model.initialStatistics().to(device);
  weights.parameters = model.parameterViews(weights.theta, weights.frozen);
  weights.runningStatistics = model.statisticsViews(weights.statistics);
  model.tryOut(weights.parameters, weights.runningStatistics);
  return weights;
}

std::vector<float> toVector(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.cpu().contiguous();
  const float* data = flat.const_data_ptr<float>();
  return {data, data + flat.numel()};
}

// The number of floats that store a value. A number stores the bits of its double in two.
int64_t lengthOf(const Value& value) {
  const auto* tensor = std::get_if<at::Tensor>(&value);
  return tensor != nullptr ? tensor->numel() : 2;
}

std::vector<float> toVector(const Value& value) {
  if (const auto* tensor = std::get_if<at::Tensor>(&value)) return toVector(*tensor);
  std::vector<float> bits(2);
  std::memcpy(bits.data(), &std::get<double>(value), sizeof(double));
  return bits;
}

void checkLength(int64_t expected, const std::vector<float>& values, const std::string& name) {
  if (static_cast<int64_t>(values.size()) != expected)
    throw std::runtime_error("state '" + name + "' has " + std::to_string(values.size()) + " numbers, expected " +
                             std::to_string(expected));
}

void fill(at::Tensor tensor, const std::vector<float>& values) {
  tensor.copy_(at::from_blob(const_cast<float*>(values.data()), tensor.sizes(), at::kFloat));
}

void fill(Value& value, const std::vector<float>& values) {
  if (const auto* tensor = std::get_if<at::Tensor>(&value)) return fill(*tensor, values);
  std::memcpy(&std::get<double>(value), values.data(), sizeof(double));
}

// Why steps cannot be recorded: work on the host, or a stream shared with other sessions. Empty if they can.
std::string whatForbidsRecording(const SessionSpec& spec, at::Device device, const SessionStream& stream,
                                 StepMode mode) {
  if (mode == StepMode::eager) return "OPTIMBENCH_STEP=eager";
  if (!isNone(spec.augmentation)) return "augmentation distorts the images on the host";
  return device.is_cpu() || stream.get() ? "" : "other sessions use all of the device's streams";
}

}  // namespace

TrainingSession::TrainingSession(const SessionSpec& spec)
    : device_(parseDevice(spec.device)),
      stream_(device_),
      seed_(spec.seed),
      threads_(spec.threads),
      input_(spec.input),
      classes_(spec.classes),
      standardisation_(spec.standardisation, device_),
      model_(spec),
      evaluationModel_(spec, ModelUse::evaluation),
      loss_(spec.loss),
      weights_(makeWeights(model_, spec.seed, device_)),
      workers_(device_.is_cpu() && stepMode(device_) == StepMode::plain ? spec.threads : 1),
      update_(spec.update, weights_.theta, model_.parameters()),
      hostUpdate_(update_, workers_),
      evaluated_(evaluationModel_.parameterViews(update_.evaluation().defined() ? update_.evaluation() : weights_.theta,
                                                 weights_.frozen)),
      evaluatedStatistics_(evaluationModel_.statisticsViews(weights_.statistics)),
      shards_(model_, loss_, workers_, spec.microBatch, spec.augmentation, standardisation_) {
  loss_.moveTo(weights_.theta.options());
  const StepMode mode = stepMode(device_);
  if (mode != StepMode::plain)
    devicePass_ = std::make_unique<DevicePass>(spec, weights_, loss_, shards_, update_,
                                               whatForbidsRecording(spec, device_, stream_, mode));
  finish(device_);  // before work on the session's own stream begins
}

// Work left over from an error must end before its memory is reused.
TrainingSession::~TrainingSession() {
  try {
    const Work guard = work();
    devicePass_.reset();
    finish(device_);
  } catch (const std::exception&) {  // the device is gone
  }
}

const ResidentDataset& TrainingSession::fitting(const Dataset& dataset) const {
  const auto& resident = dynamic_cast<const ResidentDataset&>(dataset);
  const Shape shape = resident.shape();
  if (shape.channels != input_.channels || shape.height != input_.height || shape.width != input_.width ||
      resident.classes() != classes_)
    throw std::runtime_error("the images or classes of the dataset do not match the session");
  if (resident.device() != device_) throw std::runtime_error("the dataset and the session are on different devices");
  return resident;
}

Measured TrainingSession::train(const Dataset& dataset, const Pass& pass, const CancelFlag& cancel) {
  if (!pass.inputs.empty() && pass.inputs.size() != update_.changing.size())
    throw std::runtime_error("the pass has values for " + std::to_string(pass.inputs.size()) +
                             " inputs, but the update has " + std::to_string(update_.changing.size()));
  if (devicePass_ && !pass.profile) {
    const auto guard = onStream();
    return devicePass_->run(fitting(dataset), pass, seed_, cancel);
  }
  const Work guard = work();
  if (!pass.profile) return trainPass(weights_, shards_, hostUpdate_, fitting(dataset), pass, seed_, cancel);
  PassProfile profile(model_.names(), threads_);
  Measured measured = trainPass(weights_, shards_, hostUpdate_, fitting(dataset), pass, seed_, cancel, &profile);
  measured.profile = profile.sum();
  return measured;
}

Measured TrainingSession::repeatUpdate(int64_t steps, double learningRate, const CancelFlag& cancel) {
  const Work guard = work();
  const at::NoGradGuard noGradient;
  const auto start = std::chrono::steady_clock::now();
  Measured measured;
  while (measured.steps < steps && !cancel) {
    hostUpdate_.step(weights_.theta, weights_.gradient, learningRate);
    ++measured.steps;
  }
  finish(device_);
  measured.status = cancel ? Status::cancelled : Status::completed;
  measured.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return measured;
}

Measured TrainingSession::evaluate(const Dataset& dataset, const std::vector<uint32_t>& indices, bool weighted,
                                   const CancelFlag& cancel) {
  const Work guard = work();
  const at::NoGradGuard noGradient;
  return optimbench::evaluate(evaluationModel_, loss_, evaluated_, evaluatedStatistics_, workers_, standardisation_,
                              fitting(dataset), indices, weighted, cancel);
}

std::vector<float> TrainingSession::predict(const std::vector<uint8_t>& images, const CancelFlag& cancel) {
  const Work guard = work();
  const at::NoGradGuard noGradient;
  const int64_t pixels = input_.channels * input_.height * input_.width;
  const auto count = static_cast<int64_t>(images.size()) / pixels;
  if (count * pixels != static_cast<int64_t>(images.size()))
    throw std::runtime_error("images has " + std::to_string(images.size()) + " bytes, not a multiple of " +
                             std::to_string(pixels));
  const at::Tensor input = at::from_blob(const_cast<uint8_t*>(images.data()),
                                         {count, input_.height, input_.width, input_.channels}, at::kByte)
                               .to(device_);
  const at::Tensor probabilities = optimbench::predict(evaluationModel_, evaluated_, evaluatedStatistics_, workers_,
                                                       standardisation_, input, cancel);
  if (cancel) throw std::runtime_error("The prediction was cancelled");
  return toVector(probabilities);
}

int64_t TrainingSession::bytes() const {
  int64_t bytes = static_cast<int64_t>(2 * weights_.theta.nbytes() + weights_.frozen.nbytes());
  if (update_.evaluation().defined()) bytes += static_cast<int64_t>(weights_.theta.nbytes());
  for (const auto& each : update_.state())
    if (const auto* tensor = std::get_if<at::Tensor>(&each.value)) bytes += static_cast<int64_t>(tensor->nbytes());
  return bytes;
}

void TrainingSession::keep() {
  const Work guard = work();
  kept_.reset();  // the next copy can reuse its memory
  const at::Tensor evaluation = update_.evaluation().defined() ? update_.evaluation().clone() : at::Tensor();
  kept_ = {weights_.theta.clone(), weights_.statistics.clone(), evaluation, {}, update_.stepCount};
  for (const auto& each : update_.state()) {
    const auto* tensor = std::get_if<at::Tensor>(&each.value);
    kept_->states.push_back(tensor == nullptr ? each.value : Value(tensor->clone()));
  }
}

void TrainingSession::restore() {
  if (!kept_) throw std::runtime_error("no state was kept");
  const Work guard = work();
  weights_.theta.copy_(kept_->theta);
  weights_.statistics.copy_(kept_->statistics);
  if (kept_->evaluation.defined()) update_.evaluation().copy_(kept_->evaluation);
  for (size_t i = 0; i < kept_->states.size(); ++i) {
    Value& mine = update_.state()[i].value;
    const auto* kept = std::get_if<at::Tensor>(&kept_->states[i]);
    if (kept != nullptr && kept->sizes() == std::get<at::Tensor>(mine).sizes())
      std::get<at::Tensor>(mine).copy_(*kept);  // recorded steps refer to it by its address
    else
      mine = kept_->states[i];
  }
  update_.stepCount = kept_->stepCount;
  kept_.reset();
}

SessionState TrainingSession::readState() const {
  const Work guard = work();
  SessionState state;
  state.parameters = toVector(weights_.theta);
  if (update_.evaluation().defined()) state.evaluation = toVector(update_.evaluation());
  for (const auto& each : update_.state()) state.optimizer.push_back({each.name, toVector(each.value)});
  state.statistics = toVector(weights_.statistics);
  state.step = update_.stepCount;
  return state;
}

void TrainingSession::writeState(const SessionState& state) {
  const Work guard = work();
  if (state.optimizer.size() != update_.state().size())
    throw std::runtime_error("state has " + std::to_string(state.optimizer.size()) + " optimizer vectors, expected " +
                             std::to_string(update_.state().size()));
  checkLength(weights_.theta.numel(), state.parameters, "parameters");
  checkLength(weights_.statistics.numel(), state.statistics, "statistics");
  if (update_.evaluation().defined()) checkLength(weights_.theta.numel(), state.evaluation, "evaluation");
  std::vector<Value*> targets;
  for (const auto& each : state.optimizer) {
    const auto mine = std::ranges::find(update_.state(), each.name, &Update::State::name);
    if (mine == update_.state().end())
      throw std::runtime_error("state has an unknown optimizer vector '" + each.name + "'");
    checkLength(lengthOf(mine->value), each.values, each.name);
    targets.push_back(&mine->value);
  }
  // Nothing is written until all of it is known to fit.
  for (size_t i = 0; i < targets.size(); ++i) fill(*targets[i], state.optimizer[i].values);
  fill(weights_.theta, state.parameters);
  if (update_.evaluation().defined()) fill(update_.evaluation(), state.evaluation);
  fill(weights_.statistics, state.statistics);
  update_.stepCount = state.step;
}

}  // namespace optimbench
