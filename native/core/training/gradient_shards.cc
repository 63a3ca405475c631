#include "gradient_shards.h"

#include <algorithm>
#include <stdexcept>

#include "core/nn/device/gradient_sums.h"

namespace optimbench {
namespace {

// Each shard holds a gradient as large as the parameters, and at most this many threads share a step. The limit
// balances the memory of wide models against machines with many cores.
constexpr int64_t kMaxShards = 16;
// The micro-batches after which the gradients of wide layers are computed: a multiple of kMaxShards, which limits the
// memory of their factors.
constexpr int64_t kRound = 64;

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

int64_t GradientShards::round(const Model& model, int64_t microBatches) {
  const bool isDivided = !model.widePieces().empty() && model.stages() == 1;
  return isDivided ? std::min(microBatches, kRound) : microBatches;
}

GradientShards::Sums GradientShards::step(const std::vector<Views>& parameters, const std::vector<Views>& statistics,
                                          const ResidentDataset& dataset, const at::Tensor& positions, int64_t samples,
                                          const StreamKey& key, at::Tensor& gradient, const CancelFlag& cancel,
                                          PassProfile* profile, Masks* masks) {
  const int64_t batchSize = positions.size(0);
  const int64_t size = model_.isDivisible() ? microBatch_ : batchSize;
  const int64_t microBatches = (batchSize + size - 1) / size;
  const int64_t count = GradientShards::count(batchSize, size);
  if (!gradient.device().is_cpu() && microBatches == 1 && profile == nullptr) {
    const Batch whole = batch(dataset, positions, key);
    Sums sums;
    wholeStep(parameters, statistics, whole.images, key, gradient, masks, [&](const at::Tensor& logits) {
      const Loss::Result loss = loss_.weightedValuesAndGradient(logits, whole.targets);
      sums = {loss.values.sum(at::kDouble), logits.argmax(1).eq(whole.labels).sum()};
      return loss.gradient / samples;
    });
    return sums;
  }
  for (int64_t i = 0; i < count; ++i) shard(i, gradient);
  if (profile) {
    profile->shard(count - 1);  // creates all of them before threads use them
    profile->lap(profile->rest);
  }
  std::vector<Walk> walks(microBatches);
  std::vector<Batch> batches(microBatches);
  const int64_t round = GradientShards::round(model_, microBatches);
  const bool hasWide = !model_.widePieces().empty();
  std::vector<std::vector<Views>> factors;  // of wide layers, by step and micro-batch of the round
  std::vector<Views> whole;                 // of the batch's gradient
  if (hasWide) {
    whole = model_.gradientViews(gradient);
    factors.resize(whole.size());
  }

  // Calls work(i, shard, profile) for i from `first` to `end`, those that are equal modulo the number of shards in
  // their order.
  const auto forEach = [&](int64_t first, int64_t end, const auto& work) {
    workers_.run(count, [&](int64_t index) {
      const at::NoGradGuard noGradient;
      const c10::OptionalDeviceGuard onDevice(gradient.device());
      ShardProfile* times = profile ? &profile->shard(index) : nullptr;
      if (times) times->start();
      for (int64_t i = first + index; i < end && !cancel; i += count) work(i, shards_[index], times);
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
    batches[i] = batch(dataset, numbers, key);
    if (times) times->lap(times->batch);
    std::vector<Frame> frames = model_.frames(parameters, statistics);
    for (size_t step = 0; step < frames.size(); ++step) {
      frames[step].gradients = &shard.views[step];
      frames[step].key = {key.seed, key.epoch, key.batch, i};
      frames[step].training = true;
      frames[step].profile = times;
      frames[step].masks = masks;
      if (hasWide) frames[step].factors = &factors[step][i % round];
    }
    const at::Tensor images = std::move(batches[i].images);
    return model_.begin(images, std::move(frames));
  };

  const size_t last = model_.stages() - 1;
  const auto runRound = [&](int64_t first, int64_t end) {
    for (std::vector<Views>& ofStep : factors) ofStep.assign(end - first, {});
    for (size_t stage = 0; stage <= last && !cancel; ++stage) {
      if (stage > 0) model_.combine(walks, stage);
      if (profile) profile->lap(profile->summing);
      forEach(first, end, [&](int64_t i, Shard& shard, ShardProfile* times) {
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
      forEach(first, end, [&](int64_t i, Shard&, ShardProfile*) {
        model_.backward(walks[i], stage);
        if (stage == 0) walks[i] = {};
      });
    }
    if (hasWide)
      forEach(0, static_cast<int64_t>(model_.widePieces().size()), [&](int64_t i, Shard&, ShardProfile* times) {
        const Model::Piece& piece = model_.widePieces()[i];
        model_.addPiece(piece, factors, whole);
        if (times) times->lap(times->backward[piece.step]);
      });
  };
  for (int64_t first = 0; first < microBatches && !cancel; first += round)
    runRound(first, std::min(first + round, microBatches));

  for (int64_t i = 0; i < count; ++i) addTo(gradient, shards_[i].gradient);
  Sums sums{shards_[0].sums.loss.clone(), shards_[0].sums.correct.clone()};
  for (int64_t i = 1; i < count; ++i) {
    sums.loss.add_(shards_[i].sums.loss);
    sums.correct.add_(shards_[i].sums.correct);
  }
  if (profile) profile->lap(profile->summing);
  return sums;
}

Batch GradientShards::batch(const ResidentDataset& dataset, const at::Tensor& positions, const StreamKey& key) const {
  Batch batch = dataset.batch(positions);
  batch.images = augment(batch.images, positions, augmentation_, key.seed, key.epoch);
  standardisation_.apply(batch.images);
  return batch;
}

// The number of operators limits the speed of small batches. There is nothing to sum over micro-batches.
void GradientShards::wholeStep(const std::vector<Views>& parameters, const std::vector<Views>& statistics,
                               const at::Tensor& images, const StreamKey& key, const at::Tensor& gradient, Masks* masks,
                               const std::function<at::Tensor(const at::Tensor&)>& gradientOfLogits) const {
  const at::NoGradGuard noGradient;
  const c10::OptionalDeviceGuard onDevice(gradient.device());
  const std::vector<Views> views = model_.gradientViews(gradient);
  GradientSums sums;
  std::vector<Frame> frames = model_.frames(parameters, statistics);
  for (size_t step = 0; step < frames.size(); ++step) {
    frames[step].gradients = &views[step];
    frames[step].sums = &sums;
    frames[step].key = key;
    frames[step].training = true;
    frames[step].masks = masks;
  }
  Walk walk = model_.begin(images, std::move(frames));
  model_.forward(walk, 0);
  walk.setLogitsGradient(gradientOfLogits(walk.logits()));
  model_.backward(walk, 0);
  addAll(sums);
}

void GradientShards::addTo(at::Tensor& gradient, const at::Tensor& ofShard) const {
  int64_t offset = 0;
  for (const Model::Range& range : model_.sharded()) {
    gradient.narrow(0, range.offset, range.count).add_(ofShard.narrow(0, offset, range.count));
    offset += range.count;
  }
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
    Shard shard{at::empty({model_.shardedCount()}, like.options()),
                {},
                {at::zeros({}, like.options().dtype(at::kDouble)), at::zeros({}, like.options().dtype(at::kLong))}};
    shard.views = model_.shardViews(shard.gradient);
    shards_.push_back(std::move(shard));
  }
  return shards_[index];
}

}  // namespace optimbench
