// The loss of a step on a device, and what a pass counts there: by one kernel where the formula suits it, else by
// libtorch's operators.
#pragma once

#include <memory>

#include "core/api.h"
#include "core/data/resident_dataset.h"
#include "core/device_kernels.h"
#include "core/nn/loss.h"

namespace optimbench {

// In the device's memory.
struct PassCounters {
  explicit PassCounters(const at::TensorOptions& options)
      : position(at::zeros({1}, options.dtype(at::kLong))),
        update(at::zeros({1}, options.dtype(at::kLong))),
        loss(at::zeros({}, options.dtype(at::kDouble))),
        correct(at::zeros({}, options.dtype(at::kLong))) {}

  at::Tensor position;  // [1] int64: of the next batch, in the order of the images
  at::Tensor update;    // [1] int64: the present or last one of this call; -1 before the first
  at::Tensor loss;      // [] float64, summed
  at::Tensor correct;   // [] int64, summed
};

class DeviceLoss {
 public:
  DeviceLoss(const Loss& loss, const LossSpec& spec, int64_t classes, const at::TensorOptions& options);

  // The gradient of the logits, for a mean over `samples` images. Adds the batch to the counters, and 1 to the update
  // if the step has one.
  at::Tensor step(const at::Tensor& logits, const Batch& batch, int64_t samples, bool hasUpdate,
                  PassCounters& counters);

 private:
  const Loss& loss_;
  std::shared_ptr<const DeviceKernel> kernel_;  // null for operators
  int64_t samplesPerBlock_ = 0;
  // Of the blocks.
  at::Tensor losses_;    // float64
  at::Tensor hits_;      // int64
  at::Tensor finished_;  // [] int32: how many
};

}  // namespace optimbench
