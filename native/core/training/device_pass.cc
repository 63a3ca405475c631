#include "device_pass.h"

#include <chrono>
#include <cmath>

#include "core/data/augment.h"
#include "core/runtime/device.h"
#include "core/runtime/device_work.h"
#include "core/runtime/step_mode.h"

namespace optimbench {

DevicePass::DevicePass(const SessionSpec& spec, Weights& weights, const Loss& loss, GradientShards& shards,
                       Update& update, std::string obstacle)
    : weights_(weights),
      shards_(shards),
      update_(update),
      batches_(spec.standardisation, weights.theta.device()),
      loss_(loss, spec.loss, spec.classes, weights.theta.options()),
      deviceUpdate_(update, weights.theta.device()),
      augments_(!isNone(spec.augmentation)),
      obstacle_(std::move(obstacle)),
      counters_(weights.theta.options()) {
  const auto options = weights.theta.options();
  order_ = at::empty({0}, options.dtype(at::kLong));
  places_ = at::empty({0}, options.dtype(at::kLong));
  scalars_ = at::empty({0, deviceUpdate_.scalarCount()}, options.dtype(at::kDouble));
}

Measured DevicePass::run(const ResidentDataset& dataset, const Pass& pass, uint64_t seed, const CancelFlag& cancel) {
  const at::NoGradGuard noGradient;
  const auto start = std::chrono::steady_clock::now();
  const DeviceUpdate::Progress before = deviceUpdate_.progress();
  static const CancelFlag never{false};
  const CancelFlag& within = pass.wholeUpdates ? never : cancel;  // an update
  Measured measured;
  measured.samples = pass.start();
  measured.steps = pass.done.updates;
  const auto setProgress = [&] {
    const int64_t updates = measured.steps - pass.done.updates;
    deviceUpdate_.setProgress(updates == 0 ? before : progress_[updates - 1]);
  };
  try {
    upload(dataset, pass);
    for (const BatchPlace& place : batchPlaces(pass)) {
      const Kind kind{place.size, place.groupSize, place.first == place.groupStart,
                      place.first + place.size == place.groupStart + place.groupSize};
      const bool isCancelled = within || (kind.begins && measured.steps > pass.done.updates && cancel);
      if (isCancelled || !step(kind, dataset, {seed, pass.epoch, place.first / pass.batchSize, 0}, within)) {
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
  measured.loss = counters_.loss.item<double>();
  measured.correct = counters_.correct.item<int64_t>();
  if (measured.status == Status::completed && !std::isfinite(measured.loss)) measured.status = Status::diverged;
  measured.stepGraph = obstacle_.empty() ? "recorded" : "not recorded: " + obstacle_;
  measured.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return measured;
}

void DevicePass::upload(const ResidentDataset& dataset, const Pass& pass) {
  const auto work = deviceWork();
  if (!images_.defined() || !images_.is_same(dataset.images())) {
    dropRecordings();
    images_ = dataset.images();
  }
  write(order_, dataset.positions(pass.order));
  std::vector<double> scalars;
  progress_.clear();
  for (size_t i = pass.done.updates; i < pass.learningRates.size(); ++i) {
    for (size_t k = 0; k < pass.inputs.size(); ++k) update_.changing[k] = pass.inputs[k][i];
    const std::vector<double> mine = deviceUpdate_.nextScalars(pass.learningRates[i]);
    scalars.insert(scalars.end(), mine.begin(), mine.end());
    progress_.push_back(deviceUpdate_.progress());
  }
  const auto updates = static_cast<int64_t>(progress_.size());
  write(scalars_, at::tensor(scalars, at::kDouble).view({updates, deviceUpdate_.scalarCount()}));
  write(places_, at::arange(std::min<int64_t>(pass.batchSize, order_.size(0)), at::kLong));
  counters_.position.fill_(pass.start());
  counters_.update.fill_(-1);
  counters_.loss.fill_(pass.done.loss);
  counters_.correct.fill_(pass.done.correct);
}

// Graphs refer to memory by its address, so a buffer is only replaced if the values are longer.
void DevicePass::write(at::Tensor& buffer, const at::Tensor& values) {
  if (buffer.size(0) < values.size(0)) {
    dropRecordings();
    buffer = at::empty(values.sizes(), buffer.options());
  }
  buffer.narrow(0, 0, values.size(0)).copy_(values);
}

bool DevicePass::step(const Kind& kind, const ResidentDataset& dataset, const StreamKey& key,
                      const CancelFlag& cancel) {
  if (isDueForRecording(kind)) record(kind, dataset, key);
  auto work = deviceWork();
  if (!obstacle_.empty()) return compute(kind, dataset, key, nullptr, cancel);
  Recording& recording = recordings_[kind];
  recording.masks.draw(key);
  if (!recording.graph) return recording.isWarm = compute(kind, dataset, key, &recording.masks, cancel);
  work.unlock();  // a replay needs no lock (device_work.h)
  recording.graph->replay();
  return true;
}

bool DevicePass::isDueForRecording(const Kind& kind) const {
  const auto found = recordings_.find(kind);
  return obstacle_.empty() && found != recordings_.end() && found->second.isWarm && !found->second.graph;
}

// After a failure all recordings are dropped, since the library drops what it keeps for the stream as well. The first
// failure may only be a lack of memory, so cached memory is released and recording is tried again; after the second the
// session's steps stay unrecorded.
void DevicePass::record(const Kind& kind, const ResidentDataset& dataset, const StreamKey& key) {
  static const CancelFlag never{false};
  {
    const auto work = deviceWork();
    recordings_.at(kind).masks.draw(key);  // random numbers cannot be recorded
  }
  const auto alone = deviceRecording();
  try {
    Recording& recording = recordings_.at(kind);
    std::unique_ptr<StepGraph> graph = makeStepGraph();
    graph->record([&] { compute(kind, dataset, key, &recording.masks, never); });
    recording.graph = std::move(graph);
  } catch (const c10::Error& error) {
    dropRecordings();
    const std::string message = error.what_without_backtrace();
    if (std::exchange(hasFailed_, true))
      obstacle_ = message.substr(0, message.find('\n'));
    else
      emptyCache(weights_.theta.device());
  }
}

bool DevicePass::compute(const Kind& kind, const ResidentDataset& dataset, const StreamKey& key, Masks* masks,
                         const CancelFlag& cancel) {
  if (!weights_.theta.is_cpu() && shards_.isWhole(kind.size)) {
    const Batch batch = nextBatch(kind, dataset, key);
    shards_.wholeStep(
        weights_.parameters, weights_.runningStatistics, batch.images, key, weights_.gradient, masks,
        [&](const at::Tensor& logits) { return loss_.step(logits, batch, kind.groupSize, kind.ends, counters_); });
  } else {
    if (kind.begins) weights_.gradient.zero_();
    const GradientShards::Sums sums =
        shards_.step(weights_.parameters, weights_.runningStatistics, dataset, nextPositions(kind.size), kind.groupSize,
                     key, weights_.gradient, cancel, nullptr, masks);
    if (cancel) return false;
    counters_.position.add_(kind.size);
    counters_.loss.add_(sums.loss);
    counters_.correct.add_(sums.correct);
    if (kind.ends) counters_.update.add_(1);
  }
  if (kind.ends) deviceUpdate_.step(weights_.theta, weights_.gradient, {scalars_, counters_.update});
  return true;
}

at::Tensor DevicePass::nextPositions(int64_t size) const {
  return order_.index_select(0, places_.narrow(0, 0, size) + counters_.position);
}

// The gradient is 0 before the first batch of a group.
Batch DevicePass::nextBatch(const Kind& kind, const ResidentDataset& dataset, const StreamKey& key) {
  if (batches_ && !augments_)
    return batches_.batch(dataset, order_, counters_.position, kind.size,
                          kind.begins ? weights_.gradient : at::Tensor());
  if (kind.begins) weights_.gradient.zero_();
  return shards_.batch(dataset, nextPositions(kind.size), key);
}

}  // namespace optimbench
