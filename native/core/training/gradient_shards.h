// The parallel part of a step. A batch is split into micro-batches; micro-batch i belongs to gradient shard i mod
// kMaxShards. One thread computes a shard's micro-batches in order and sums their gradients; then the shards are summed
// in order. If layers need the whole batch, this happens stage by stage (model.h). The weights of wide
// layers have one gradient of the batch instead, whose pieces threads compute afterwards. The result depends on the
// micro-batch size, which the config fixes, but not on the number of threads.
#pragma once

#include <functional>
#include <vector>

#include "core/api.h"
#include "core/data/augment.h"
#include "core/data/resident_dataset.h"
#include "core/data/standardisation.h"
#include "core/nn/loss.h"
#include "core/nn/model.h"
#include "core/runtime/workers.h"

namespace optimbench {

class GradientShards {
 public:
  GradientShards(const Model& model, const Loss& loss, Workers& workers, int64_t microBatch,
                 const AugmentationSpec& augmentation, const Standardisation& standardisation);

  // The number of shards for a batch.
  static int64_t count(int64_t batchSize, int64_t microBatch);

  // The micro-batches that are computed before the gradients of wide layers, which leave factors until then.
  static int64_t round(const Model& model, int64_t microBatches);

  struct Sums {
    at::Tensor loss;     // [] float64, on the device
    at::Tensor correct;  // [] int64, on the device
  };

  // Returns the loss and the correct answers summed over the batch, and adds to `gradient` the batch's part of the
  // gradient of a mean over `samples` images. Once `cancel` is set, returns early with meaningless sums. `masks`
  // provides the random masks, for one thread.
  Sums step(const std::vector<Views>& parameters, const std::vector<Views>& statistics, const ResidentDataset& dataset,
            const at::Tensor& positions, int64_t samples, const StreamKey& key, at::Tensor& gradient,
            const CancelFlag& cancel, PassProfile* profile = nullptr, Masks* masks = nullptr);

  // Whether a batch is one micro-batch, which on a device takes fewer operators.
  bool isWhole(int64_t batchSize) const { return !model_.isDivisible() || batchSize <= microBatch_; }
  // Images for training: distorted and standardised.
  Batch batch(const ResidentDataset& dataset, const at::Tensor& positions, const StreamKey& key) const;
  // The same as step() for a whole batch, given the function that computes the gradient of its logits.
  void wholeStep(const std::vector<Views>& parameters, const std::vector<Views>& statistics, const at::Tensor& images,
                 const StreamKey& key, const at::Tensor& gradient, Masks* masks,
                 const std::function<at::Tensor(const at::Tensor&)>& gradientOfLogits) const;

 private:
  struct Shard {
    at::Tensor gradient;  // of all parameters but those of wide layers
    std::vector<Views> views;
    Sums sums;
  };

  void addTo(at::Tensor& gradient, const at::Tensor& ofShard) const;
  // Adds the loss of a micro-batch to the shard's sums, and sets the gradient of its logits.
  void addLoss(Shard& shard, Walk& walk, const Batch& batch, int64_t samples, ShardProfile* profile) const;
  Shard& shard(int64_t index, const at::Tensor& like);

  const Model& model_;
  const Loss& loss_;
  Workers& workers_;
  int64_t microBatch_;
  AugmentationSpec augmentation_;
  const Standardisation& standardisation_;
  std::vector<Shard> shards_;  // created on first use
};

}  // namespace optimbench
