#include "update.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace optimbench {
namespace {

std::vector<std::string> inputNames(const UpdateSpec& spec, const UpdateSpec::Block& block) {
  std::vector<std::string> names{"theta", "g", "learningRate", "t"};
  for (const auto& input : spec.inputs) names.push_back(input.name);
  for (const auto& state : block.state) names.push_back(state.name);
  return names;
}

}  // namespace

at::Tensor Update::Part::of(const at::Tensor& vector) const {
  return isWhole() ? vector : vector.narrow(0, offset, length).view(shape).permute(axes);
}

Update::Update(const UpdateSpec& spec, const at::Tensor& theta, const std::vector<TensorInfo>& parameters) {
  for (const UpdateSpec::Input& input : spec.inputs) changing.push_back(input.value);
  for (const UpdateSpec::Block& block : spec.blocks) addBlock(spec, block, theta, parameters);
}

void Update::addBlock(const UpdateSpec& spec, const UpdateSpec::Block& block, const at::Tensor& theta,
                      const std::vector<TensorInfo>& parameters) {
  Block made{Formula(block.nodes, Formula::Reduce::everything, inputNames(spec, block)), {}, {}, block.state.size()};
  for (const auto& assignment : block.assign) {
    if (assignment.node < 0 || assignment.node >= static_cast<int64_t>(block.nodes.size()))
      throw std::runtime_error("update: '" + assignment.target + "' is assigned something that is not a node");
    using Target = Assignment::Target;
    Assignment each{Target::state, assignment.target, 0, static_cast<size_t>(assignment.node)};
    if (assignment.target == "theta") {
      each.target = Target::theta;
    } else if (assignment.target == "g") {
      each.target = Target::gradient;
    } else if (assignment.target == "evaluation") {
      each.target = Target::evaluation;
      if (!evaluation_.defined()) evaluation_ = theta.clone();
    } else {
      while (each.state < block.state.size() && block.state[each.state].name != assignment.target) ++each.state;
      if (each.state == block.state.size())
        throw std::runtime_error("update: unknown target '" + assignment.target + "'");
    }
    made.assign.push_back(each);
  }

  for (const UpdateSpec::Part& part : block.parts) addPart(block, part, made, theta, parameters);
  blocks_.push_back(std::move(made));
}

std::vector<Value> Update::inputs(const Block& block, const Part& part, const at::Tensor& theta,
                                  const at::Tensor& gradient, double learningRate, double t) const {
  std::vector<Value> inputs{part.of(theta), part.of(gradient), learningRate, t};
  inputs.insert(inputs.end(), changing.begin(), changing.end());
  for (size_t i = 0; i < block.stateCount; ++i) inputs.push_back(state_[part.firstState + i].value);
  return inputs;
}

double* Update::numberState(const Part& part, const Assignment& assignment) {
  if (assignment.target != Assignment::Target::state) return nullptr;
  return std::get_if<double>(&state_[part.firstState + assignment.state].value);
}

// All values are computed before the first is stored, except for those that a schedule has already stored. A node can
// share the memory of an input ("old = m"), which storing could overwrite, so such a value is copied first.
void Update::store(const Block& block, const Part& part, const std::vector<Value>& given,
                   const std::vector<Value>& values, at::Tensor& theta, at::Tensor& gradient,
                   const std::function<bool(size_t)>& isDone) {
  std::vector<Value> results(block.assign.size());
  for (size_t i = 0; i < results.size(); ++i) {
    if (isDone(i)) continue;
    results[i] = values[block.assign[i].node];
    if (auto* tensor = std::get_if<at::Tensor>(&results[i]))
      for (const Value& input : given)
        if (const auto* other = std::get_if<at::Tensor>(&input); other != nullptr && tensor->is_alias_of(*other)) {
          *tensor = tensor->clone();
          break;
        }
  }
  for (size_t i = 0; i < results.size(); ++i) {
    if (isDone(i)) continue;
    const Assignment& assignment = block.assign[i];
    using Target = Assignment::Target;
    if (assignment.target == Target::state) {
      Value& state = state_[part.firstState + assignment.state].value;
      if (auto* number = std::get_if<double>(&state);
          number != nullptr && std::holds_alternative<at::Tensor>(results[i]))
        throw std::runtime_error("update: the number '" + assignment.name + "' is assigned a tensor");
      else if (number != nullptr)
        *number = std::get<double>(results[i]);
      else if (const auto* number = std::get_if<double>(&results[i]))
        std::get<at::Tensor>(state).fill_(*number);
      else
        std::get<at::Tensor>(state).copy_(std::get<at::Tensor>(results[i]));
    } else {
      at::Tensor& target = assignment.target == Target::theta      ? theta
                           : assignment.target == Target::gradient ? gradient
                                                                   : evaluation_;
      // fill_ and not copy_, since copying a number to a device would make the host wait.
      if (const auto* number = std::get_if<double>(&results[i]))
        part.of(target).fill_(*number);
      else
        part.of(target).copy_(std::get<at::Tensor>(results[i]));
    }
  }
}

}  // namespace optimbench
