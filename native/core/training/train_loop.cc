// The whole experiment on one page: batches in order, the gradient of each, and an update after every one or few.
#include "train_loop.h"

#include <chrono>
#include <cmath>

namespace optimbench {

std::vector<BatchPlace> batchPlaces(const Pass& pass) {
  const auto count = static_cast<int64_t>(pass.order.size());
  const int64_t perUpdate = pass.batchSize * pass.gradientAccumulation;
  std::vector<BatchPlace> places;
  for (int64_t first = pass.start(); first < count; first += pass.batchSize) {
    const int64_t groupStart = first - first % perUpdate;
    places.push_back(
        {first, std::min(pass.batchSize, count - first), groupStart, std::min(perUpdate, count - groupStart)});
  }
  return places;
}

Measured trainPass(Weights& weights, GradientShards& shards, HostUpdate& update, const ResidentDataset& dataset,
                   const Pass& pass, uint64_t seed, const CancelFlag& cancel, PassProfile* profile) {
  const at::NoGradGuard noGradient;
  const auto start = std::chrono::steady_clock::now();
  const at::Tensor order = dataset.positions(pass.order);
  const bool onCpu = dataset.device().is_cpu();

  static const CancelFlag never{false};
  const CancelFlag& within = pass.wholeUpdates ? never : cancel;  // a step

  Measured measured;
  measured.samples = pass.start();
  measured.steps = pass.done.updates;
  at::Tensor loss = at::full({}, pass.done.loss, order.options().dtype(at::kDouble));
  at::Tensor correct = at::full({}, pass.done.correct, order.options());

  for (const auto& [first, size, groupStart, groupSize] : batchPlaces(pass)) {
    const StreamKey key{seed, pass.epoch, first / pass.batchSize, 0};
    if (first == groupStart) {
      if (cancel && measured.steps > pass.done.updates) {
        measured.status = Status::cancelled;
        break;
      }
      weights.gradient.zero_();
    }
    const GradientShards::Sums sums =
        shards.step(weights.parameters, weights.runningStatistics, dataset, order.narrow(0, first, size), groupSize,
                    key, weights.gradient, within, profile);
    if (within) {  // the gradient is incomplete and is dropped, so the weights are those after the last update
      measured.status = Status::cancelled;
      break;
    }
    if (first + size == groupStart + groupSize) {
      for (size_t i = 0; i < pass.inputs.size(); ++i) update.changing()[i] = pass.inputs[i][measured.steps];
      update.step(weights.theta, weights.gradient, pass.learningRates[measured.steps]);
      measured.steps += 1;
      if (profile) profile->lap(profile->update);
    }
    loss.add_(sums.loss);
    correct.add_(sums.correct);
    measured.samples += size;
    // Reading a device's loss would wait for the device, so there it is read once, after the pass.
    if (onCpu && !std::isfinite(sums.loss.item<double>())) break;
  }

  measured.loss = loss.item<double>();
  measured.correct = correct.item<int64_t>();
  if (measured.status == Status::completed && !std::isfinite(measured.loss)) measured.status = Status::diverged;
  if (profile) profile->lap(profile->rest);
  measured.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return measured;
}

}  // namespace optimbench
