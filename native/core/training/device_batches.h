// The batches of a pass on a device: one kernel gathers images, targets and labels, divides pixels by 255, standardises
// them, and sets the gradient to 0.
#pragma once

#include <memory>

#include "core/api.h"
#include "core/data/resident_dataset.h"
#include "core/device_kernels.h"

namespace optimbench {

class DeviceBatches {
 public:
  DeviceBatches(const StandardisationSpec& standardisation, at::Device device);

  // Whether there is a kernel.
  explicit operator bool() const { return kernel_ != nullptr; }
  // The `size` images from a position on, standardised. `order`: [images] int64, `position`: [1] int64. `gradient` is
  // set to 0 if it is defined.
  Batch batch(const ResidentDataset& dataset, const at::Tensor& order, const at::Tensor& position, int64_t size,
              const at::Tensor& gradient) const;

 private:
  std::shared_ptr<const DeviceKernel> kernel_;
};

}  // namespace optimbench
