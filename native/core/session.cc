#include "session.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "device.h"
#include "evaluate.h"

namespace optimbench {
namespace {

Weights makeWeights(const Model& model, uint64_t seed, at::Device device) {
  Weights weights;
  weights.theta = model.initialParameters(seed).to(device);
  weights.gradient = at::zeros_like(weights.theta);
  weights.statistics = model.initialStatistics().to(device);
  weights.parameters = model.parameterViews(weights.theta);
  weights.runningStatistics = model.statisticsViews(weights.statistics);
  return weights;
}

std::vector<float> toVector(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.cpu().contiguous();
  const float* data = flat.const_data_ptr<float>();
  return {data, data + flat.numel()};
}

void checkLength(const at::Tensor& tensor, const std::vector<float>& values, const std::string& name) {
  if (static_cast<int64_t>(values.size()) != tensor.numel())
    throw std::runtime_error("state '" + name + "' has " + std::to_string(values.size()) + " numbers, expected " +
                             std::to_string(tensor.numel()));
}

void fill(at::Tensor tensor, const std::vector<float>& values) {
  tensor.copy_(at::from_blob(const_cast<float*>(values.data()), tensor.sizes(), at::kFloat));
}

}  // namespace

TrainingSession::TrainingSession(const SessionSpec& spec)
    : device_(parseDevice(spec.device)),
      seed_(spec.seed),
      input_(spec.input),
      classes_(spec.classes),
      model_(spec),
      loss_(spec.loss),
      weights_(makeWeights(model_, spec.seed, device_)),
      update_(spec.update, weights_.theta),
      workers_(device_.is_cpu() ? spec.threads : 1),
      lanes_(model_, loss_, workers_, spec.microBatch) {}

const ResidentDataset& TrainingSession::fitting(const Dataset& dataset) const {
  const auto& resident = dynamic_cast<const ResidentDataset&>(dataset);
  const Shape shape = resident.shape();
  if (shape.channels != input_.channels || shape.height != input_.height || shape.width != input_.width ||
      resident.classes() != classes_)
    throw std::runtime_error("the dataset's images or classes are not those the session was made for");
  if (resident.device() != device_) throw std::runtime_error("the dataset lies on another device than the session");
  return resident;
}

Measured TrainingSession::train(const Dataset& dataset, const Pass& pass, const CancelFlag& cancel) {
  return trainPass(weights_, lanes_, update_, fitting(dataset), pass, seed_, cancel);
}

Measured TrainingSession::repeatUpdate(int64_t steps, double learningRate, const CancelFlag& cancel) {
  const at::NoGradGuard noGradient;
  const auto start = std::chrono::steady_clock::now();
  Measured measured;
  while (measured.steps < steps && !cancel) {
    update_.step(weights_.theta, weights_.gradient, learningRate);
    ++measured.steps;
  }
  measured.status = cancel ? Status::cancelled : Status::completed;
  measured.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return measured;
}

Measured TrainingSession::evaluate(const Dataset& dataset, const std::vector<uint32_t>& indices, const CancelFlag& cancel) {
  const at::NoGradGuard noGradient;
  return optimbench::evaluate(model_, loss_, weights_.parameters, weights_.runningStatistics, workers_, fitting(dataset),
                              indices, cancel);
}

std::vector<float> TrainingSession::predict(const std::vector<uint8_t>& images, const CancelFlag& cancel) {
  const at::NoGradGuard noGradient;
  const int64_t pixels = input_.channels * input_.height * input_.width;
  const auto count = static_cast<int64_t>(images.size()) / pixels;
  if (count * pixels != static_cast<int64_t>(images.size()))
    throw std::runtime_error("images has " + std::to_string(images.size()) + " bytes, not a multiple of " +
                             std::to_string(pixels));
  const at::Tensor input = at::from_blob(const_cast<uint8_t*>(images.data()),
                                         {count, input_.height, input_.width, input_.channels}, at::kByte)
                               .to(device_);
  const at::Tensor probabilities =
      optimbench::predict(model_, weights_.parameters, weights_.runningStatistics, workers_, input, cancel);
  if (cancel) throw std::runtime_error("The prediction was cancelled");
  return toVector(probabilities);
}

int64_t TrainingSession::bytes() const {
  return static_cast<int64_t>(weights_.theta.nbytes()) * static_cast<int64_t>(2 + update_.state().size());
}

SessionState TrainingSession::readState() const {
  SessionState state;
  state.parameters = toVector(weights_.theta);
  for (const auto& each : update_.state()) state.optimizer.push_back({each.name, toVector(each.values)});
  state.statistics = toVector(weights_.statistics);
  state.step = update_.stepCount;
  return state;
}

void TrainingSession::writeState(const SessionState& state) {
  if (state.optimizer.size() != update_.state().size())
    throw std::runtime_error("state has " + std::to_string(state.optimizer.size()) + " optimizer vectors, expected " +
                             std::to_string(update_.state().size()));
  checkLength(weights_.theta, state.parameters, "parameters");
  checkLength(weights_.statistics, state.statistics, "statistics");
  std::vector<at::Tensor> targets;
  for (const auto& each : state.optimizer) {
    const auto mine = std::ranges::find(update_.state(), each.name, &Update::State::name);
    if (mine == update_.state().end())
      throw std::runtime_error("state has an unknown optimizer vector '" + each.name + "'");
    checkLength(mine->values, each.values, each.name);
    targets.push_back(mine->values);
  }
  // Nothing is written before all of it is found to fit.
  for (size_t i = 0; i < targets.size(); ++i) fill(targets[i], state.optimizer[i].values);
  fill(weights_.theta, state.parameters);
  fill(weights_.statistics, state.statistics);
  update_.stepCount = state.step;
}

}  // namespace optimbench
