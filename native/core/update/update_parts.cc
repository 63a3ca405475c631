// Binds an update to the parameters: creates the parts of each block and their states, and compiles the parts.
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/runtime/instruction_set.h"
#include "update.h"

namespace optimbench {

// Adds a part after checking that it was planned for these parameters. Formula::run checks the remaining shapes in each
// step.
void Update::addPart(const UpdateSpec::Block& spec, const UpdateSpec::Part& planned, Block& block,
                     const at::Tensor& theta, const std::vector<TensorInfo>& parameters) {
  const TensorInfo all{"", {theta.numel()}, 0};
  const auto index = static_cast<size_t>(planned.parameter.value_or(0));
  if (planned.parameter && index >= parameters.size())
    throw std::runtime_error("update: there is no parameter " + std::to_string(index));
  if (planned.parameter && parameters[index].frozen)
    throw std::runtime_error("update: '" + parameters[index].name + "' is frozen");
  const TensorInfo& info = planned.parameter ? parameters[index] : all;
  std::vector<int64_t> sorted = planned.axes;
  std::ranges::sort(sorted);
  for (size_t i = 0; i < sorted.size(); ++i)
    if (sorted[i] != static_cast<int64_t>(i)) throw std::runtime_error("update: the axes are not a permutation");
  if (sorted.size() != info.shape.size() || planned.nodes.size() != spec.nodes.size() ||
      planned.state.size() != spec.state.size())
    throw std::runtime_error("update: the plan is for other parameters or for another formula");

  Part part{planned.parameter ? info.name + "." : "",
            info.offset,
            1,
            info.shape,
            planned.axes,
            planned.nodes,
            state_.size(),
            {}};
  for (const int64_t size : info.shape) part.length *= size;
  const at::Tensor mine = part.of(theta);
  for (size_t i = 0; i < spec.state.size(); ++i) {
    const auto& [stateName, initial, startsAsTheta, isNumber] = spec.state[i];
    std::string name = part.name + stateName;
    while (std::ranges::find(state_, name, &State::name) != state_.end()) name += "'";  // another block's state
    const bool isWhole = mine.sizes() == at::IntArrayRef(planned.state[i]);
    if ((startsAsTheta && !isWhole) || (isNumber && !planned.state[i].empty()))
      throw std::runtime_error("update: the plan gives the state '" + name + "' an invalid shape");
    Value value = initial;
    if (startsAsTheta)
      value = mine.clone();
    else if (!isNumber)  // one of the parameter's size has its memory layout, since both are traversed together
      value = (isWhole ? at::empty_strided(mine.sizes(), mine.strides(), theta.options())
                       : at::empty(planned.state[i], theta.options()))
                  .fill_(initial);
    state_.push_back({name, value, startsAsTheta});
  }
  compileSchedule(block, part, theta);
  addMemory(block, part, theta);
  block.parts.push_back(std::move(part));
}

void Update::compileSchedule(const Block& block, Part& part, const at::Tensor& theta) {
  const bool isForCpu = theta.is_cpu() || theta.is_meta();
  if (!isForCpu || theta.scalar_type() != at::kFloat || referenceKernels()) return;
  part.schedule = StageSchedule::compile(block.formula, inputSizes(block, part), part.nodes, writes(block));
}

std::vector<Sizes> Update::inputSizes(const Block& block, const Part& part) const {
  Sizes whole;
  for (const int64_t axis : part.axes) whole.push_back(part.shape[axis]);
  std::vector<Sizes> sizes{whole, whole, {}, {}};
  sizes.resize(sizes.size() + changing.size());
  for (size_t i = 0; i < block.stateCount; ++i) {
    const auto* tensor = std::get_if<at::Tensor>(&state_[part.firstState + i].value);
    sizes.push_back(tensor == nullptr ? Sizes() : tensor->sizes().vec());
  }
  return sizes;
}

std::vector<UpdateAnalysis::Write> Update::writes(const Block& block) const {
  const size_t firstState = 4 + changing.size();  // of the inputs
  using Target = Assignment::Target;
  std::vector<UpdateAnalysis::Write> writes;
  for (const Assignment& assignment : block.assign)
    writes.push_back({assignment.node, assignment.target == Target::theta      ? 0
                                       : assignment.target == Target::gradient ? 1
                                       : assignment.target == Target::state    ? firstState + assignment.state
                                                                               : firstState + block.stateCount});
  return writes;
}

void Update::addMemory(const Block& block, const Part& part, const at::Tensor& theta) {
  const auto& nodes = block.formula.nodes();
  const auto bytesOf = [&](size_t i) {  // a transposed matrix shares the matrix's memory
    if (nodes[i].arguments.empty() || nodes[i].op == "transpose" || part.nodes[i].empty()) return 0.0;
    double bytes = static_cast<double>(theta.element_size());
    for (const int64_t size : part.nodes[i]) bytes *= static_cast<double>(size);
    return bytes;
  };
  if (part.schedule) return part.schedule->addMemory(temporaries_, bytesOf);
  for (size_t i = 0; i < nodes.size(); ++i) temporaries_.take(bytesOf(i));
  for (size_t i = 0; i < nodes.size(); ++i) temporaries_.give(bytesOf(i));
}

void Update::start(const at::Tensor& theta) {
  if (evaluation_.defined()) evaluation_.copy_(theta);
  for (const Block& block : blocks_)
    for (const Part& part : block.parts)
      for (size_t i = 0; i < block.stateCount; ++i) {
        const State& state = state_[part.firstState + i];
        if (state.startsAsTheta) std::get<at::Tensor>(state.value).copy_(part.of(theta));
      }
}

double Update::stateBytes() const {
  double bytes = 0;
  for (const State& state : state_) {
    const auto* tensor = std::get_if<at::Tensor>(&state.value);
    bytes += tensor == nullptr ? sizeof(double) : static_cast<double>(tensor->nbytes());
  }
  return bytes;
}

}  // namespace optimbench
