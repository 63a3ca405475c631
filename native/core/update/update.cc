#include "update.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace optimbench {
namespace {

using Axes = std::vector<int64_t>;

std::vector<std::string> inputNames(const UpdateSpec& spec, const UpdateSpec::Block& block) {
  std::vector<std::string> names{"theta", "g", "learningRate", "t"};
  for (const auto& input : spec.inputs) names.push_back(input.name);
  for (const auto& state : block.state) names.push_back(state.name);
  return names;
}

bool isMatrix(const TensorInfo& parameter) { return parameter.shape.size() > 1; }

// Whether a block with this label takes a parameter. Hidden weights are those between the first layer's and the last's.
bool takes(const std::string& label, const std::vector<TensorInfo>& all, const TensorInfo& parameter) {
  if (label == "parameters") return true;
  if (label == "matrices") return isMatrix(parameter);
  if (label == "vectors") return !isMatrix(parameter);
  if (label == "dense") return parameter.shape.size() == 2;
  if (label != "hidden") throw std::runtime_error("update: unknown block '" + label + "'");
  const auto first = std::find_if(all.begin(), all.end(), isMatrix);
  const auto last = std::find_if(all.rbegin(), all.rend(), isMatrix);
  return isMatrix(parameter) && parameter.offset != first->offset && parameter.offset != last->offset;
}

bool takenByAnother(const UpdateSpec& spec, const std::vector<TensorInfo>& all, const TensorInfo& parameter) {
  return std::any_of(spec.blocks.begin(), spec.blocks.end(), [&](const UpdateSpec::Block& block) {
    return block.on != "all" && block.on != "parameters" && block.on != "others" && takes(block.on, all, parameter);
  });
}

// In memory a convolution's weights are [filters, height, width, channels] and a dense layer's [units, inputs].
Axes axesOf(const std::vector<int64_t>& shape, bool kerasLayout) {
  if (shape.size() == 4) return kerasLayout ? Axes{1, 2, 3, 0} : Axes{0, 3, 1, 2};
  if (shape.size() == 2 && kerasLayout) return {1, 0};
  Axes axes(shape.size());
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

// A formula may give a state more axes later than at the steps that its shape was found with.
void assign(at::Tensor& state, const at::Tensor& result) {
  if (at::is_expandable_to(result.sizes(), state.sizes()))
    state.copy_(result);
  else
    state = result.to(state.scalar_type(), /*non_blocking=*/false, /*copy=*/true);  // another state may hold the same
}

}  // namespace

at::Tensor Update::Part::of(const at::Tensor& vector) const {
  return isWhole() ? vector : vector.narrow(0, offset, length).view(shape).permute(axes);
}

Update::Update(const UpdateSpec& spec, const at::Tensor& theta, const std::vector<TensorInfo>& parameters,
               Workers& workers)
    : workers_(workers) {
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

  if (block.on == "all") {
    made.parts.push_back({"", 0, theta.numel(), {}, {}, 0, {}});
  } else {
    for (const TensorInfo& parameter : parameters) {
      const bool mine =
          block.on == "others" ? !takenByAnother(spec, parameters, parameter) : takes(block.on, parameters, parameter);
      if (!mine) continue;
      const int64_t length =
          std::accumulate(parameter.shape.begin(), parameter.shape.end(), int64_t{1}, std::multiplies<>());
      made.parts.push_back({parameter.name + ".",
                            parameter.offset,
                            length,
                            parameter.shape,
                            axesOf(parameter.shape, spec.kerasLayout),
                            0,
                            {}});
    }
  }
  for (Part& part : made.parts) {
    part.firstState = state_.size();
    try {
      addState(block, made, part, theta);
    } catch (const Miniature::Misfit& misfit) {
      throw std::runtime_error("the update does not fit" +
                               (part.name.empty() ? "" : " " + part.name.substr(0, part.name.size() - 1)) + ": block " +
                               std::to_string(blocks_.size()) + ", " + misfit.what());  // read by src/formula/misfit.ts
    }
  }
  blocks_.push_back(std::move(made));
}

std::vector<Value> Update::inputs(const Block& block, const Part& part, const at::Tensor& theta,
                                  const at::Tensor& gradient, double learningRate, double t) const {
  std::vector<Value> inputs{part.of(theta), part.of(gradient), learningRate, t};
  inputs.insert(inputs.end(), changing.begin(), changing.end());
  for (size_t i = 0; i < block.stateCount; ++i) inputs.push_back(state_[part.firstState + i].value);
  return inputs;
}

void Update::step(at::Tensor& theta, at::Tensor& gradient, double learningRate) {
  for (const Block& block : blocks_)
    for (const Part& part : block.parts) {
      const std::vector<Value> given =
          inputs(block, part, theta, gradient, learningRate, static_cast<double>(stepCount + 1));
      const std::vector<Value> values =
          part.schedule ? part.schedule->run(block.formula, given,
                                             evaluation_.defined() ? part.of(evaluation_) : at::Tensor(), workers_)
                        : block.formula.run(given);
      store(block, part, given, values, theta, gradient,
            [&](size_t i) { return part.schedule && part.schedule->isStored(i); });
    }
  ++stepCount;
}

double* Update::numberState(const Part& part, const Assignment& assignment) {
  if (assignment.target != Assignment::Target::state) return nullptr;
  return std::get_if<double>(&state_[part.firstState + assignment.state].value);
}

// All values are computed before the first is stored, but for those that a schedule has stored itself. A node can share
// the memory of what was given ("old = m"), which storing could overwrite: such a value is copied first.
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
      if (auto* number = std::get_if<double>(&state))
        *number = std::get<double>(results[i]);
      else if (const auto* number = std::get_if<double>(&results[i]))
        std::get<at::Tensor>(state).fill_(*number);
      else
        assign(std::get<at::Tensor>(state), std::get<at::Tensor>(results[i]));
    } else {
      at::Tensor& target = assignment.target == Target::theta      ? theta
                           : assignment.target == Target::gradient ? gradient
                                                                   : evaluation_;
      // A number is not copied: a device would make the host wait for that.
      if (const auto* number = std::get_if<double>(&results[i]))
        part.of(target).fill_(*number);
      else
        part.of(target).copy_(std::get<at::Tensor>(results[i]));
    }
  }
}

}  // namespace optimbench
