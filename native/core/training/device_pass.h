// A training pass on a device. Everything that changes from step to step (the images, the learning rate, the scalars of
// the formula, the sums of loss and accuracy) is on the device, so every step is the same work. A step is recorded when
// it occurs for the second time, after its warm-up, and replayed from then on. The host waits once, at the end of the
// pass.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "core/api.h"
#include "core/data/resident_dataset.h"
#include "core/nn/masks.h"
#include "core/step_graph.h"
#include "core/update/device_update.h"
#include "device_batches.h"
#include "device_loss.h"
#include "gradient_shards.h"
#include "train_loop.h"

namespace optimbench {

class DevicePass {
 public:
  // `obstacle` says why steps must not be recorded, such as augmentation on the host; empty if they may be.
  DevicePass(const SessionSpec& spec, Weights& weights, const Loss& loss, GradientShards& shards, Update& update,
             std::string obstacle);

  // As trainPass(), except that a loss that is not finite ends the run after the pass.
  Measured run(const ResidentDataset& dataset, const Pass& pass, uint64_t seed, const CancelFlag& cancel);

 private:
  // Steps of a kind are the same work.
  struct Kind {
    int64_t size;       // of the batch
    int64_t groupSize;  // images of the update that it belongs to
    bool begins;        // a group
    bool ends;          // a group, with an update
    auto operator<=>(const Kind&) const = default;
  };

  struct Recording {
    Masks masks;
    bool isWarm = false;  // the step was done once, operator by operator
    std::unique_ptr<StepGraph> graph;
  };

  // Returns whether the step was done. If `cancel` interrupted it, weights and states are unchanged, but running
  // statistics may have changed.
  bool step(const Kind& kind, const ResidentDataset& dataset, const StreamKey& key, const CancelFlag& cancel);
  bool compute(const Kind& kind, const ResidentDataset& dataset, const StreamKey& key, Masks* masks,
               const CancelFlag& cancel);
  at::Tensor nextPositions(int64_t size) const;
  Batch nextBatch(const Kind& kind, const ResidentDataset& dataset, const StreamKey& key);
  void write(at::Tensor& buffer, const at::Tensor& values);
  void upload(const ResidentDataset& dataset, const Pass& pass);
  void dropRecordings() { recordings_.clear(); }
  // A kind that was computed once and has no graph yet.
  bool isDueForRecording(const Kind& kind) const;
  // Records a graph for the kind, or drops all recordings, so hold no reference to one across the call.
  void record(const Kind& kind, const ResidentDataset& dataset, const StreamKey& key);

  Weights& weights_;
  GradientShards& shards_;
  Update& update_;
  DeviceBatches batches_;
  DeviceLoss loss_;
  DeviceUpdate deviceUpdate_;
  bool augments_;
  std::string obstacle_;
  bool hasFailed_ = false;  // to record, once
  std::map<Kind, Recording> recordings_;
  at::Tensor images_;                             // that the graphs read, kept as long as the graphs
  std::vector<DeviceUpdate::Progress> progress_;  // after each update of this call

  at::Tensor order_;    // [images] int64
  at::Tensor places_;   // [batch] int64: from 0 on
  at::Tensor scalars_;  // [updates, scalars] float64, from the first update of this call on
  PassCounters counters_;
};

}  // namespace optimbench
