#include "gradient_shards.h"

#include <algorithm>
#include <stdexcept>

namespace optimbench {
namespace {

// Each shard holds a gradient as large as the parameters, and at most this many threads share a step. The limit
// balances the memory of wide models against machines with many cores.
constexpr int64_t kMaxShards = 16;

}  // namespace

GradientShards::GradientShards(const Model& model, const Loss& loss, Workers& workers, int64_t microBatch,
                               const AugmentationSpec& augmentation, const Standardisation& standardisation)
    : model_(model),
      loss_(loss),
      workers_(workers),
      microBatch_(microBatch),
      augmentation_(augmentation),
      standardisation_(standardisation) {}

int64_t GradientShards::count(int64_t batchSize, int64_t microBatch) {
  return std::min((batchSize + microBatch - 1) / microBatch, kMaxShards);
}

GradientShards::Sums GradientShards::step(const std::vector<Views>& parameters, const std::vector<Views>& statistics,
                                          const ResidentDataset& dataset, const at::Tensor& positions, int64_t samples,
                                          const StreamKey& key, at::Tensor& gradient, const CancelFlag& cancel,
                                          PassProfile* profile, Masks* masks) {
  const int64_t batchSize = positions.size(0);
  const int64_t microBatches = (batchSize + microBatch_ - 1) / microBatch_;
  if (microBatches > 1 && model_.statisticsCount() > 0)  // all shards would write the statistics
    throw std::runtime_error("batchNorm2d needs the whole batch in one micro-batch");
  const int64_t count = GradientShards::count(batchSize, microBatch_);
  for (int64_t i = 0; i < count; ++i) shard(i, gradient);
  if (profile) {
    profile->shard(count - 1);  // creates all of them before threads use them
    profile->lap(profile->rest);
  }

  workers_.run(count, [&](int64_t index) {
    const at::NoGradGuard noGradient;  // the loss enables its own (loss.cc)
    const c10::OptionalDeviceGuard onDevice(gradient.device());
    Shard& shard = shards_[index];
    ShardProfile* times = profile ? &profile->shard(index) : nullptr;
    if (times) times->start();
    shard.gradient.zero_();
    shard.sums.loss.zero_();
    shard.sums.correct.zero_();
    for (int64_t i = index; i < microBatches && !cancel; i += count) {
      const int64_t start = i * microBatch_;
      const int64_t size = std::min(microBatch_, batchSize - start);
      StreamKey microKey = key;
      microKey.microBatch = i;
      const at::Tensor numbers = positions.narrow(0, start, size);
      Batch batch = dataset.batch(numbers);
      batch.images = augment(batch.images, numbers, augmentation_, key.seed, key.epoch);
      standardisation_.apply(batch.images);
      if (times) times->lap(times->batch);
      runMicroBatch(shard, parameters, statistics, batch, samples, microKey, times, masks);
    }
  });
  if (profile) profile->lap(profile->parallel);

  gradient.add_(shards_[0].gradient);
  Sums sums{shards_[0].sums.loss.clone(), shards_[0].sums.correct.clone()};
  for (int64_t i = 1; i < count; ++i) {
    gradient.add_(shards_[i].gradient);
    sums.loss.add_(shards_[i].sums.loss);
    sums.correct.add_(shards_[i].sums.correct);
  }
  if (profile) profile->lap(profile->summing);
  return sums;
}

void GradientShards::runMicroBatch(Shard& shard, const std::vector<Views>& parameters,
                                   const std::vector<Views>& statistics, const Batch& batch, int64_t samples,
                                   const StreamKey& key, ShardProfile* profile, Masks* masks) const {
  std::vector<Frame> frames = model_.frames(parameters, statistics);
  for (size_t i = 0; i < frames.size(); ++i) {
    frames[i].gradients = &shard.views[i];
    frames[i].key = key;
    frames[i].training = true;
    frames[i].profile = profile;
    frames[i].masks = masks;
  }
  const at::Tensor logits = model_.forward(batch.images, frames);
  const Loss::Result loss = loss_.weightedValuesAndGradient(logits, batch.targets);
  shard.sums.loss.add_(loss.values.sum(at::kDouble));
  shard.sums.correct.add_(logits.argmax(1).eq(batch.labels).sum());
  const at::Tensor logitsGradient = loss.gradient / samples;
  if (profile) profile->lap(profile->loss);
  model_.backward(logitsGradient, frames);
}

GradientShards::Shard& GradientShards::shard(int64_t index, const at::Tensor& like) {
  while (static_cast<int64_t>(shards_.size()) <= index) {
    Shard shard{at::empty_like(like),
                {},
                {at::zeros({}, like.options().dtype(at::kDouble)), at::zeros({}, like.options().dtype(at::kLong))}};
    shard.views = model_.parameterViews(shard.gradient);
    shards_.push_back(std::move(shard));
  }
  return shards_[index];
}

}  // namespace optimbench
