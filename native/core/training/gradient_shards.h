// The parallel part of a step. A batch is cut into micro-batches; micro-batch i belongs to gradient shard i mod
// kMaxShards. One thread computes a shard's micro-batches in order and sums their gradients; then the shards are summed
// in order. So the result depends on the micro-batch size, which the config fixes, and never on the number of threads.
#pragma once

#include <vector>

#include "core/api.h"
#include "core/data/augment.h"
#include "core/data/resident_dataset.h"
#include "core/nn/loss.h"
#include "core/nn/model.h"
#include "core/runtime/workers.h"

namespace optimbench {

class GradientShards {
 public:
  GradientShards(const Model& model, const Loss& loss, Workers& workers, int64_t microBatch,
                 const AugmentationSpec& augmentation);

  // How many gradients a batch is summed in.
  static int64_t count(int64_t batchSize, int64_t microBatch);

  struct Sums {
    at::Tensor loss;     // [] float64, on the device
    at::Tensor correct;  // [] int64, on the device
  };

  // Adds up loss and accuracy over the batch, and to `gradient` its part in the gradient of a mean over `samples`
  // images. Returns early, with sums of no meaning, once `cancel` is set. `masks`, for one thread, are where random
  // masks come from.
  Sums step(const std::vector<Views>& parameters, const std::vector<Views>& statistics, const ResidentDataset& dataset,
            const at::Tensor& positions, int64_t samples, const StreamKey& key, at::Tensor& gradient,
            const CancelFlag& cancel, PassProfile* profile = nullptr, Masks* masks = nullptr);

 private:
  struct Shard {
    at::Tensor gradient;  // [parameters]
    std::vector<Views> views;
    Sums sums;
  };

  void runMicroBatch(Shard& shard, const std::vector<Views>& parameters, const std::vector<Views>& statistics,
                     const Batch& batch, int64_t samples, const StreamKey& key, ShardProfile* profile,
                     Masks* masks) const;
  Shard& shard(int64_t index, const at::Tensor& like);

  const Model& model_;
  const Loss& loss_;
  Workers& workers_;
  int64_t microBatch_;
  AugmentationSpec augmentation_;
  std::vector<Shard> shards_;  // made when first needed
};

}  // namespace optimbench
