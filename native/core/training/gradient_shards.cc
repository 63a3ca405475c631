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
  const int64_t size = model_.isDivisible() ? microBatch_ : batchSize;
  const int64_t microBatches = (batchSize + size - 1) / size;
  const int64_t count = GradientShards::count(batchSize, size);
  for (int64_t i = 0; i < count; ++i) shard(i, gradient);
  if (profile) {
    profile->shard(count - 1);  // creates all of them before threads use them
    profile->lap(profile->rest);
  }
  std::vector<Walk> walks(microBatches);
  std::vector<Batch> batches(microBatches);

  // Calls work(index, shard, profile) for each micro-batch.
  const auto forEach = [&](const auto& work) {
    workers_.run(count, [&](int64_t index) {
      const at::NoGradGuard noGradient;  // the loss enables its own (loss.cc)
      const c10::OptionalDeviceGuard onDevice(gradient.device());
      ShardProfile* times = profile ? &profile->shard(index) : nullptr;
      if (times) times->start();
      for (int64_t i = index; i < microBatches && !cancel; i += count) work(i, shards_[index], times);
    });
    if (profile) profile->lap(profile->parallel);
  };
  const auto begin = [&](int64_t i, Shard& shard, ShardProfile* times) {
    if (i < count) {  // the shard's first
      shard.gradient.zero_();
      shard.sums.loss.zero_();
      shard.sums.correct.zero_();
    }
    const at::Tensor numbers = positions.narrow(0, i * size, std::min(size, batchSize - i * size));
    batches[i] = dataset.batch(numbers);
    at::Tensor images = augment(std::move(batches[i].images), numbers, augmentation_, key.seed, key.epoch);
    standardisation_.apply(images);
    if (times) times->lap(times->batch);
    std::vector<Frame> frames = model_.frames(parameters, statistics);
    for (size_t step = 0; step < frames.size(); ++step) {
      frames[step].gradients = &shard.views[step];
      frames[step].key = {key.seed, key.epoch, key.batch, i};
      frames[step].training = true;
      frames[step].profile = times;
      frames[step].masks = masks;
    }
    return model_.begin(images, std::move(frames));
  };

  const size_t last = model_.stages() - 1;
  for (size_t stage = 0; stage <= last && !cancel; ++stage) {
    if (stage > 0) model_.combine(walks, stage);
    if (profile) profile->lap(profile->summing);
    forEach([&](int64_t i, Shard& shard, ShardProfile* times) {
      if (stage == 0) walks[i] = begin(i, shard, times);
      model_.forward(walks[i], stage);
      if (stage < last) return;
      addLoss(shard, walks[i], batches[i], samples, times);
      model_.backward(walks[i], last);
      if (last == 0) walks[i] = {};
    });
  }
  for (size_t stage = last; stage-- > 0 && !cancel;) {
    model_.combineGradients(walks, stage + 1);
    if (profile) profile->lap(profile->summing);
    forEach([&](int64_t i, Shard&, ShardProfile*) {
      model_.backward(walks[i], stage);
      if (stage == 0) walks[i] = {};
    });
  }

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

void GradientShards::addLoss(Shard& shard, Walk& walk, const Batch& batch, int64_t samples,
                             ShardProfile* profile) const {
  const at::Tensor logits = walk.logits();
  const Loss::Result loss = loss_.weightedValuesAndGradient(logits, batch.targets);
  shard.sums.loss.add_(loss.values.sum(at::kDouble));
  shard.sums.correct.add_(logits.argmax(1).eq(batch.labels).sum());
  walk.setLogitsGradient(loss.gradient / samples);
  if (profile) profile->lap(profile->loss);
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
