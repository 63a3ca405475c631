// Images and labels, resident on the device as uint8, from which batches are gathered.
#pragma once

#include "core/api.h"
#include "core/torch.h"

namespace optimbench {

struct Batch {
  at::Tensor images;   // [samples, channels, height, width] float32 in [0, 1], channels-last memory
  at::Tensor targets;  // [samples, classes] float32: one-hot or soft
  at::Tensor labels;   // [samples] int64
};

class ResidentDataset final : public Dataset {
 public:
  explicit ResidentDataset(const DatasetSpec& spec);

  int64_t count() const { return images_.size(0); }
  int64_t bytes() const override;
  void add(const DatasetPart& part);
  bool isComplete() const override { return added_ == count(); }
  at::Device device() const { return images_.device(); }
  Shape shape() const { return shape_; }
  const at::Tensor& images() const { return images_; }
  const at::Tensor& labels() const { return labels_; }
  const at::Tensor& targets() const { return targets_; }
  int64_t classes() const { return targets_.size(1); }

  // positions: [samples] int64 on the device.
  Batch batch(const at::Tensor& positions) const;

  // Checks that every index is in range, and moves the indices to the device.
  at::Tensor positions(const std::vector<uint32_t>& indices) const;

 private:
  at::Tensor gather(const at::Tensor& positions) const;  // on the CPU

  Shape shape_;
  int64_t added_ = 0;   // images
  at::Tensor images_;   // [count, height, width, channels] uint8
  at::Tensor labels_;   // [count] int64
  at::Tensor targets_;  // [count, classes] float32
};

// uint8 pixels [samples, height, width, channels] as a layer's input: divided by 255, channels-last.
at::Tensor normalise(const at::Tensor& pixels);

}  // namespace optimbench
