// How an update is made ready for its parts: the states that they have, and how it runs on each.
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/kernels/instruction_set.h"
#include "update.h"

namespace optimbench {

// On the whole vector a state is a vector. On a parameter it has the shape of what it is assigned: the parameter's, or,
// say, one number a row. There it starts without any axis, and the formula is run, storing nothing, until it has grown
// to it; at the first step and at a late one, since a formula may tell them apart by t. All this happens in miniature;
// only the states that come of it are made at their full length.
void Update::addState(const UpdateSpec::Block& spec, const Block& block, Part& part, const at::Tensor& theta) {
  const at::Tensor mine = part.of(theta);
  const Miniature miniature(part.isWhole() ? std::vector<int64_t>{part.length} : part.shape, part.axes,
                            theta.scalar_type());
  const at::Tensor small = miniature.part();
  std::vector<Value> given{small, small.clone(), 1.0, 1.0};
  given.insert(given.end(), changing.begin(), changing.end());
  for (const auto& each : spec.state) {
    if (each.isNumber)
      given.push_back(each.initial);
    else
      given.push_back(each.startsAsTheta || part.isWhole() ? small.clone() : at::zeros({}, small.options()));
  }
  const std::vector<Value> seen = settle(spec, block, miniature, given);
  for (size_t i = 0; i < spec.state.size(); ++i) {
    const auto& each = spec.state[i];
    const auto* tensor = std::get_if<at::Tensor>(&given[given.size() - spec.state.size() + i]);
    const auto made =
        [&] {  // as large as the parameter, it lies in memory as the parameter does: both are walked together
          return tensor->sizes() == small.sizes() ? at::empty_strided(mine.sizes(), mine.strides(), theta.options())
                                                  : at::empty(miniature.shape(tensor->sizes()), theta.options());
        };
    std::string name = part.name + each.name;
    while (std::ranges::find(state_, name, &State::name) != state_.end()) name += "'";  // another block's state
    state_.push_back({name, tensor == nullptr    ? Value(each.initial)
                            : each.startsAsTheta ? Value(mine.clone())
                                                 : Value(made().fill_(each.initial))});
  }
  compileSchedule(block, part, theta, small, given, seen);
  const auto& nodes = block.formula.nodes();
  const auto bytesOf = [&](size_t i) {  // a transposed matrix lies in the matrix's memory
    return nodes[i].arguments.empty() || nodes[i].op == "transpose" ? 0 : miniature.bytes(seen[i]);
  };
  if (part.schedule) return part.schedule->addMemory(temporaries_, bytesOf);
  for (size_t i = 0; i < nodes.size(); ++i) temporaries_.take(bytesOf(i));
  for (size_t i = 0; i < nodes.size(); ++i) temporaries_.give(bytesOf(i));
}

// The nodes' values at the last of these runs, and in `given` the states that they leave.
std::vector<Value> Update::settle(const UpdateSpec::Block& spec, const Block& block, const Miniature& miniature,
                                  std::vector<Value>& given) const {
  const auto fail = [&](const Assignment& assignment, const std::string& what) {
    throw Miniature::Misfit("node " + std::to_string(assignment.node) + ": `" + assignment.name + "` " + what);
  };
  const at::Tensor whole = miniature.part();
  const size_t firstState = given.size() - spec.state.size();
  std::vector<Value> values;
  for (const double t : {1.0, 1e9}) {
    given[3] = t;
    bool settled = false;
    for (int attempt = 0; !settled; ++attempt) {
      values = miniature.run(block.formula, given);
      settled = true;
      for (const Assignment& assignment : block.assign) {
        const Value& value = values[assignment.node];
        const at::IntArrayRef found =
            std::holds_alternative<double>(value) ? at::IntArrayRef{} : std::get<at::Tensor>(value).sizes();
        if (assignment.target != Assignment::Target::state) {
          if (!at::is_expandable_to(found, whole.sizes()))
            fail(assignment, "is " + miniature.text(whole.sizes()) + " and is assigned " + miniature.text(found));
          continue;
        }
        if (spec.state[assignment.state].isNumber) {
          if (std::holds_alternative<at::Tensor>(value)) fail(assignment, "is a number and is assigned a tensor");
          continue;
        }
        Value& state = given[firstState + assignment.state];
        const at::IntArrayRef now = std::get<at::Tensor>(state).sizes();
        if (!at::are_expandable(now, found))
          fail(assignment, "is " + miniature.text(now) + " and is assigned " + miniature.text(found));
        const auto wide = at::infer_size(now, found);
        if (now == at::IntArrayRef(wide)) continue;
        if (spec.state[assignment.state].startsAsTheta)
          fail(assignment, "starts as theta, " + miniature.text(now) + ", and is assigned " + miniature.text(found));
        if (attempt > 8) fail(assignment, "changes its shape from step to step");
        state = whole.sizes() == at::IntArrayRef(wide)
                    ? at::empty_strided(whole.sizes(), whole.strides(), whole.options()).zero_()
                    : at::zeros(wide, whole.options());
        settled = false;
      }
    }
  }
  return values;
}

void Update::compileSchedule(const Block& block, Part& part, const at::Tensor& theta, const at::Tensor& small,
                             const std::vector<Value>& given, const std::vector<Value>& seen) {
  const bool isForCpu = theta.is_cpu() || theta.is_meta();
  if (!isForCpu || theta.scalar_type() != at::kFloat || referenceKernels()) return;
  using Target = Assignment::Target;
  std::vector<StageSchedule::Write> writes;
  for (const Assignment& assignment : block.assign)
    writes.push_back({assignment.node, assignment.target == Target::theta      ? 0
                                       : assignment.target == Target::gradient ? 1
                                       : assignment.target == Target::state
                                           ? given.size() - block.stateCount + assignment.state
                                           : given.size()});
  part.schedule = StageSchedule::compile(block.formula, given, seen, small, writes);
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
