#include "device_update.h"

#include <limits>

namespace optimbench {
namespace {

using Target = Update::Assignment::Target;

constexpr double kUnread = std::numeric_limits<double>::quiet_NaN();  // stands for a scalar that is on the device

}  // namespace

DeviceUpdate::DeviceUpdate(Update& update, at::Device device) : update_(update) {
  for (const Update::Block& block : update.blocks())
    for (const Update::Part& part : block.parts) {
      const int64_t firstColumn = scalarCount();
      Part& mine = parts_.emplace_back(Part{block, part, {}, {}});
      mine.scalars = findScalars(mine);
      mine.schedule =
          DeviceSchedule::compile(device, update, block, part, knownScalars(mine, 1), mine.scalars, firstColumn);
    }
}

// The values that depend on scalars only, for the next step.
std::vector<std::optional<double>> DeviceUpdate::knownScalars(const Part& part, double learningRate) const {
  const double t = static_cast<double>(update_.stepCount + 1);
  std::vector<Value> inputs{at::Tensor(), at::Tensor(), learningRate, t};
  inputs.insert(inputs.end(), update_.changing.begin(), update_.changing.end());
  for (size_t i = 0; i < part.block.stateCount; ++i) inputs.push_back(update_.state()[part.part.firstState + i].value);
  return part.block.formula.scalars(inputs);
}

// Scalars that a tensor is computed from, or that are assigned to one, if they can change.
std::vector<size_t> DeviceUpdate::findScalars(const Part& part) const {
  const Formula& formula = part.block.formula;
  const auto& nodes = formula.nodes();
  const auto known = knownScalars(part, 1);
  const std::vector<bool> varying = formula.varying();
  std::vector<bool> isRead(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i)
    if (!known[i])
      for (const int64_t argument : nodes[i].arguments) isRead[argument] = true;
  for (const Update::Assignment& assignment : part.block.assign)
    if (update_.numberState(part.part, assignment) == nullptr) isRead[assignment.node] = true;
  std::vector<size_t> scalars;
  for (size_t i = 0; i < nodes.size(); ++i)
    if (known[i] && varying[i] && isRead[i]) scalars.push_back(i);
  return scalars;
}

int64_t DeviceUpdate::scalarCount() const {
  int64_t count = 0;
  for (const Part& part : parts_) count += static_cast<int64_t>(part.scalars.size());
  return count;
}

std::vector<double> DeviceUpdate::nextScalars(double learningRate) {
  std::vector<double> scalars;
  for (const Part& part : parts_) {
    const auto known = knownScalars(part, learningRate);
    for (const size_t node : part.scalars) scalars.push_back(*known[node]);
    for (const Update::Assignment& assignment : part.block.assign)
      if (double* number = update_.numberState(part.part, assignment)) *number = known[assignment.node].value();
  }
  ++update_.stepCount;
  return scalars;
}

void DeviceUpdate::step(at::Tensor& theta, at::Tensor& gradient, const DeviceSchedule::Scalars& scalars) {
  at::Tensor row;  // for operators
  int64_t next = 0;
  for (const Part& part : parts_) {
    const auto& [block, place, nodes, schedule] = part;
    const std::vector<Value> inputs = update_.inputs(block, place, theta, gradient, kUnread, kUnread);
    const auto known = knownScalars(part, kUnread);
    const std::vector<bool> varying = block.formula.varying();
    std::vector<Value> values(known.size());
    const bool needsRow = !nodes.empty() && (!schedule || schedule->needsScalars());
    if (needsRow && !row.defined()) row = scalars.table.index_select(0, scalars.row).view({-1});
    for (const size_t node : nodes) {
      const int64_t column = next++;
      if (!needsRow) continue;
      at::Tensor scalar = row.select(0, column);
      // It takes the other operand's precision, as a host number does.
      scalar.unsafeGetTensorImpl()->set_wrapped_number(true);
      values[node] = scalar;
    }
    for (size_t i = 0; i < known.size(); ++i)
      if (known[i] && !varying[i]) values[i] = *known[i];
    if (schedule) {
      const at::Tensor evaluation = update_.evaluation().defined() ? place.of(update_.evaluation()) : at::Tensor();
      schedule->run(block.formula, place, inputs, evaluation, scalars, values);
    } else {
      for (size_t i = 0; i < known.size(); ++i)
        if (!known[i]) values[i] = block.formula.run(i, place.nodes[i], values, inputs);
    }
    const auto isDone = [&](size_t i) {
      return update_.numberState(place, block.assign[i]) != nullptr || (schedule && schedule->isStored(i));
    };
    update_.store(block, place, inputs, values, theta, gradient, isDone);
  }
}

DeviceUpdate::Progress DeviceUpdate::progress() const {
  Progress progress{update_.stepCount, {}};
  for (const Update::State& state : update_.state())
    if (const auto* number = std::get_if<double>(&state.value)) progress.states.push_back(*number);
  return progress;
}

void DeviceUpdate::setProgress(const Progress& progress) {
  update_.stepCount = progress.stepCount;
  size_t next = 0;
  for (Update::State& state : update_.state())
    if (auto* number = std::get_if<double>(&state.value)) *number = progress.states[next++];
}

}  // namespace optimbench
