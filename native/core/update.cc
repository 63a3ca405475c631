#include "update.h"

#include <stdexcept>

namespace optimbench {
namespace {

std::vector<std::string> inputNames(const UpdateSpec& spec) {
  std::vector<std::string> names{"theta", "g", "learningRate", "t"};
  for (const auto& state : spec.state) names.push_back(state.name);
  return names;
}

}  // namespace

Update::Update(const UpdateSpec& spec, const at::Tensor& theta)
    : formula_(spec.nodes, Formula::Reduce::everything, inputNames(spec)) {
  for (const auto& state : spec.state) state_.push_back({state.name, at::full_like(theta, state.initial)});
  for (const auto& assignment : spec.assign) {
    if (assignment.node < 0 || assignment.node >= static_cast<int64_t>(spec.nodes.size()))
      throw std::runtime_error("update: '" + assignment.target + "' is assigned something that is not a node");
    int64_t index = assignment.target == "theta" ? -1 : 0;
    if (index == 0) {
      while (index < static_cast<int64_t>(state_.size()) && state_[index].name != assignment.target) ++index;
      if (index == static_cast<int64_t>(state_.size()))
        throw std::runtime_error("update: unknown target '" + assignment.target + "'");
    }
    assign_.push_back({index, static_cast<size_t>(assignment.node)});
  }
}

void Update::step(at::Tensor& theta, const at::Tensor& gradient, double learningRate) {
  ++stepCount;
  std::vector<Value> inputs{theta, gradient, learningRate, static_cast<double>(stepCount)};
  for (const State& state : state_) inputs.emplace_back(state.values);
  const std::vector<Value> values = formula_.run(inputs);
  // All values are computed before the first is stored. A node can be another state as it was ("old = m"),
  // which storing could overwrite: such a value is copied first.
  std::vector<at::Tensor> results;
  for (const Assignment& assignment : assign_) {
    at::Tensor result = asTensor(values[assignment.node]);
    for (const State& state : state_)
      if (result.is_same(state.values)) result = result.clone();
    results.push_back(result.is_same(theta) ? result.clone() : result);
  }
  for (size_t i = 0; i < assign_.size(); ++i) {
    at::Tensor& target = assign_[i].state < 0 ? theta : state_[assign_[i].state].values;
    target.copy_(results[i]);
  }
}

}  // namespace optimbench
