// What training changes, as named vectors of floats, which a checkpoint is made of and restored from.
#include <algorithm>
#include <stdexcept>

#include "training_session.h"

namespace optimbench {
namespace {

// The 8 bytes of a number, as two floats.
at::Tensor bytesOf(void* number) { return at::from_blob(number, {2}, at::kFloat); }

}  // namespace

std::vector<TrainingSession::StateVector> TrainingSession::stateVectors() {
  std::vector<StateVector> all;
  const auto add = [&](const std::string& name, const char* type, const at::Tensor& values) {
    // In the order of its memory, which has no gaps, whatever the order of its axes.
    all.push_back({{name, type, values.numel()}, values.as_strided({values.numel()}, {1})});
  };
  const auto addWeights = [&](const std::string& prefix, const at::Tensor& theta, const at::Tensor& statistics,
                              const at::Tensor& evaluation) {
    add(prefix + "parameters", "float32", theta);
    add(prefix + "statistics", "float32", statistics);
    if (evaluation.defined()) add(prefix + "evaluation", "float32", evaluation);
  };
  addWeights("", weights_.theta, weights_.statistics, update_.evaluation());
  for (Update::State& state : update_.state()) {
    const std::string name = "optimizer." + state.name;
    if (auto* number = std::get_if<double>(&state.value))
      add(name, "float64", bytesOf(number));
    else
      add(name, "float32", std::get<at::Tensor>(state.value));
  }
  add("step", "int64", bytesOf(&update_.stepCount));
  // The kept states of the optimizer are not used after restore(), which ends a run.
  if (kept_) addWeights("kept.", kept_->theta, kept_->statistics, kept_->evaluation);
  return all;
}

std::vector<VectorInfo> TrainingSession::vectors() {
  std::vector<VectorInfo> infos;
  for (StateVector& each : stateVectors()) infos.push_back(std::move(each.info));
  return infos;
}

at::Tensor TrainingSession::part(const std::string& vector, int64_t offset, int64_t count) {
  std::vector<StateVector> all = stateVectors();
  all.push_back({{"frozen", "float32", weights_.frozen.numel()}, weights_.frozen});
  const auto named = [&](const std::string& name) {
    return std::ranges::find(all, name, [](const StateVector& each) -> const std::string& { return each.info.name; });
  };
  auto found = named(vector);
  if (found == all.end() && vector == "evaluation") found = named("parameters");
  if (found == all.end()) throw std::runtime_error("the session has no vector '" + vector + "'");
  if (offset < 0 || count < 0 || offset > found->info.length - count)
    throw std::runtime_error("elements " + std::to_string(offset) + " to " + std::to_string(offset + count) +
                             " are out of range: the vector has " + std::to_string(found->info.length));
  return found->values.narrow(0, offset, count);
}

std::vector<float> TrainingSession::read(const std::string& vector, int64_t offset, int64_t count) {
  const Work guard = work();
  const at::Tensor values = part(vector, offset, count).cpu().contiguous();
  const float* data = values.const_data_ptr<float>();
  return {data, data + count};
}

void TrainingSession::write(const std::string& vector, int64_t offset, const std::vector<float>& values) {
  const Work guard = work();
  const auto count = static_cast<int64_t>(values.size());
  part(vector, offset, count).copy_(at::from_blob(const_cast<float*>(values.data()), {count}, at::kFloat));
}

void TrainingSession::startUpdate() {
  const Work guard = work();
  update_.start(weights_.theta);
}

}  // namespace optimbench
