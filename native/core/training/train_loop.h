#pragma once

#include "core/api.h"
#include "core/data/resident_dataset.h"
#include "core/update/host_update.h"
#include "gradient_shards.h"

namespace optimbench {

// What training changes, and the views of it that layers take.
struct Weights {
  at::Tensor theta;       // [parameters], without the frozen ones
  at::Tensor gradient;    // [parameters]
  at::Tensor frozen;      // [frozen parameters], which nothing changes
  at::Tensor statistics;  // running means and variances of batch normalisation
  std::vector<Views> parameters;
  std::vector<Views> runningStatistics;
};

// The position of a batch in the order of a pass, and the group of batches whose gradients form one update.
struct BatchPlace {
  int64_t first;
  int64_t size;
  int64_t groupStart;
  int64_t groupSize;  // images
};
std::vector<BatchPlace> batchPlaces(const Pass& pass);

// One pass over `pass.order`, from `pass.start()` on, batch by batch; the last batch may be smaller. Every
// `pass.gradientAccumulation` batches form one update, with the gradient of the mean loss over all their images; the
// last group may be smaller as well. `profile`, if given, receives the times.
Measured trainPass(Weights& weights, GradientShards& shards, HostUpdate& update, const ResidentDataset& dataset,
                   const Pass& pass, uint64_t seed, const CancelFlag& cancel, PassProfile* profile = nullptr);

}  // namespace optimbench
