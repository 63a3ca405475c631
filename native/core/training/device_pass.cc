#include "device_pass.h"

#include <chrono>
#include <cmath>

#include "core/runtime/device.h"
#include "core/runtime/device_work.h"

namespace optimbench {

DevicePass::DevicePass(Weights& weights, Lanes& lanes, Update& update, std::string obstacle)
    : weights_(weights), lanes_(lanes), update_(update), obstacle_(std::move(obstacle)) {
  const auto options = weights.theta.options();
  order_ = at::empty({0}, options.dtype(at::kLong));
  numbers_ = at::empty({0, update.numberCount()}, options.dtype(at::kDouble));
  next_ = at::zeros({1}, options.dtype(at::kLong));
  updates_ = at::zeros({1}, options.dtype(at::kLong));
  loss_ = at::zeros({}, options.dtype(at::kDouble));
  correct_ = at::zeros({}, options.dtype(at::kLong));
}

Measured DevicePass::run(const ResidentDataset& dataset, const Pass& pass, uint64_t seed, const CancelFlag& cancel) {
  const at::NoGradGuard noGradient;
  const auto start = std::chrono::steady_clock::now();
  const Update::Progress before = update_.progress();
  Measured measured;
  const auto setProgress = [&] { update_.setProgress(measured.steps == 0 ? before : progress_[measured.steps - 1]); };
  try {
    upload(dataset, pass);
    for (const BatchPlace& place : batchPlaces(pass)) {
      const Kind kind{place.size, place.groupSize, place.first == place.groupStart,
                      place.first + place.size == place.groupStart + place.groupSize};
      if (cancel || !step(kind, dataset, {seed, pass.epoch, place.first / pass.batchSize, 0}, cancel)) {
        measured.status = Status::cancelled;
        break;
      }
      measured.samples += place.size;
      measured.steps += kind.ends ? 1 : 0;
    }
  } catch (...) {
    setProgress();
    throw;
  }
  if (measured.status == Status::cancelled) setProgress();

  finish(weights_.theta.device());
  const auto work = deviceWork();
  measured.loss = loss_.item<double>();
  measured.correct = correct_.item<int64_t>();
  if (measured.status == Status::completed && !std::isfinite(measured.loss)) measured.status = Status::diverged;
  measured.stepGraph = obstacle_.empty() ? "recorded" : "not recorded: " + obstacle_;
  measured.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return measured;
}

void DevicePass::upload(const ResidentDataset& dataset, const Pass& pass) {
  const auto work = deviceWork();
  if (!images_.defined() || !images_.is_same(dataset.images())) {
    forgetGraphs();
    images_ = dataset.images();
  }
  place(order_, dataset.positions(pass.order));
  std::vector<double> numbers;
  progress_.clear();
  for (size_t i = 0; i < pass.learningRates.size(); ++i) {
    for (size_t k = 0; k < pass.inputs.size(); ++k) update_.changing[k] = pass.inputs[k][i];
    const std::vector<double> mine = update_.numbers(pass.learningRates[i]);
    numbers.insert(numbers.end(), mine.begin(), mine.end());
    progress_.push_back(update_.progress());
  }
  const auto updates = static_cast<int64_t>(pass.learningRates.size());
  place(numbers_, at::tensor(numbers, at::kDouble).view({updates, update_.numberCount()}));
  next_.zero_();
  updates_.zero_();
  loss_.zero_();
  correct_.zero_();
}

// Graphs know their memory by its address: it is only left for longer values.
void DevicePass::place(at::Tensor& buffer, const at::Tensor& values) {
  if (buffer.size(0) < values.size(0)) {
    forgetGraphs();
    buffer = at::empty(values.sizes(), buffer.options());
  }
  buffer.narrow(0, 0, values.size(0)).copy_(values);
}

bool DevicePass::step(const Kind& kind, const ResidentDataset& dataset, const StreamKey& key,
                      const CancelFlag& cancel) {
  auto work = deviceWork();
  if (!obstacle_.empty()) return compute(kind, dataset, key, nullptr, cancel);
  Recording& recording = recordings_[kind];
  recording.masks.draw(key);
  if (!recording.isWarm || !isSettled_) {
    recording.isWarm = compute(kind, dataset, key, &recording.masks, cancel);
    return recording.isWarm;
  }
  work.unlock();
  if (recording.graph == nullptr && !record(kind, dataset, key, recording)) return step(kind, dataset, key, cancel);
  recording.graph->replay();
  return true;
}

// Without success all that is recorded is given up, since what the library keeps for a stream is as well. At first
// there may just have been no memory left, in which case what is kept for later helps; then the steps go on unrecorded.
bool DevicePass::record(const Kind& kind, const ResidentDataset& dataset, const StreamKey& key, Recording& recording) {
  static const CancelFlag never{false};
  const auto alone = deviceRecording();
  try {
    std::unique_ptr<StepGraph> graph = makeStepGraph();
    graph->record([&] { compute(kind, dataset, key, &recording.masks, never); });
    recording.graph = std::move(graph);
    return true;
  } catch (const c10::Error& error) {
    forgetGraphs();
    const std::string said = error.what_without_backtrace();
    if (std::exchange(hasFailed_, true))
      obstacle_ = said.substr(0, said.find('\n'));
    else
      emptyCache(weights_.theta.device());
    return false;
  }
}

bool DevicePass::compute(const Kind& kind, const ResidentDataset& dataset, const StreamKey& key, Masks* masks,
                         const CancelFlag& cancel) {
  const at::Tensor positions = order_.index_select(0, next_ + at::arange(kind.size, next_.options()));
  if (kind.begins) weights_.gradient.zero_();
  const Lanes::Sums sums = lanes_.step(weights_.parameters, weights_.runningStatistics, dataset, positions,
                                       kind.groupSize, key, weights_.gradient, cancel, nullptr, masks);
  if (cancel) return false;
  if (kind.ends) {
    isSettled_ = update_.step(weights_.theta, weights_.gradient, numbers_.index_select(0, updates_).view({-1}));
    updates_.add_(1);
  }
  next_.add_(kind.size);
  loss_.add_(sums.loss);
  correct_.add_(sums.correct);
  return true;
}

}  // namespace optimbench
