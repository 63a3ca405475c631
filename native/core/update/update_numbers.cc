// The half of an update that is for devices: numbers ahead of time, tensors later (update.h).
#include <algorithm>
#include <limits>

#include "update.h"

namespace optimbench {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();  // a number that is never looked at

}  // namespace

// What numbers alone make, for the next step.
std::vector<std::optional<double>> Update::knownNumbers(const Block& block, const Part& part,
                                                        double learningRate) const {
  std::vector<Value> given{at::Tensor(), at::Tensor(), learningRate, static_cast<double>(stepCount + 1)};
  given.insert(given.end(), changing.begin(), changing.end());
  for (size_t i = 0; i < block.stateCount; ++i) given.push_back(state_[part.firstState + i].value);
  return block.formula.numbers(given);
}

// Numbers that a tensor is computed from, or that are assigned to one, if they can change.
void Update::findNumbers(const Block& block, Part& part) {
  const auto known = knownNumbers(block, part, 1);
  const std::vector<bool> varying = block.formula.varying();
  std::vector<bool> wanted(known.size());
  const auto& nodes = block.formula.nodes();
  for (size_t i = 0; i < nodes.size(); ++i)
    if (!known[i])
      for (const int64_t argument : nodes[i].arguments) wanted[argument] = true;
  for (const Assignment& assignment : block.assign)
    if (assignment.target != Assignment::Target::state ||
        std::holds_alternative<at::Tensor>(state_[part.firstState + assignment.state].value))
      wanted[assignment.node] = true;
  for (size_t i = 0; i < nodes.size(); ++i)
    if (known[i] && varying[i] && wanted[i]) part.numbers.push_back(i);
}

int64_t Update::numberCount() const {
  int64_t count = 0;
  for (const Block& block : blocks_)
    for (const Part& part : block.parts) count += static_cast<int64_t>(part.numbers.size());
  return count;
}

std::vector<double> Update::numbers(double learningRate) {
  std::vector<double> numbers;
  for (const Block& block : blocks_)
    for (const Part& part : block.parts) {
      const auto known = knownNumbers(block, part, learningRate);
      for (const size_t node : part.numbers) numbers.push_back(*known[node]);
      for (const Assignment& assignment : block.assign)
        if (assignment.target == Assignment::Target::state)
          if (auto* number = std::get_if<double>(&state_[part.firstState + assignment.state].value))
            *number = known[assignment.node].value();
    }
  ++stepCount;
  return numbers;
}

std::vector<const void*> Update::places() const {
  std::vector<const void*> places;
  for (const State& state : state_)
    if (const auto* tensor = std::get_if<at::Tensor>(&state.value)) places.push_back(tensor->const_data_ptr());
  return places;
}

bool Update::step(at::Tensor& theta, at::Tensor& gradient, const at::Tensor& numbers) {
  const auto before = places();
  int64_t next = 0;
  for (const Block& block : blocks_)
    for (const Part& part : block.parts) {
      const std::vector<Value> given = inputs(block, part, theta, gradient, kUnknown, kUnknown);
      const auto known = knownNumbers(block, part, kUnknown);
      const std::vector<bool> varying = block.formula.varying();
      std::vector<Value> values(known.size());
      for (const size_t node : part.numbers) {
        at::Tensor number = numbers.select(0, next++);
        number.unsafeGetTensorImpl()->set_wrapped_number(
            true);  // takes the other operand's precision, as one on the host does
        values[node] = number;
      }
      for (size_t i = 0; i < known.size(); ++i) {
        if (!known[i])
          values[i] = block.formula.run(i, values, given);
        else if (!varying[i])
          values[i] = *known[i];
      }
      store(block, part, given, values, theta, gradient, /*byHost=*/false);
    }
  return places() == before;
}

Update::Progress Update::progress() const {
  Progress progress{stepCount, {}};
  for (const State& state : state_)
    if (const auto* number = std::get_if<double>(&state.value)) progress.states.push_back(*number);
  return progress;
}

void Update::setProgress(const Progress& progress) {
  stepCount = progress.stepCount;
  size_t next = 0;
  for (State& state : state_)
    if (auto* number = std::get_if<double>(&state.value)) *number = progress.states[next++];
}

}  // namespace optimbench
