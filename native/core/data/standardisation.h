// Shifts and scales the channels of images, so that the training images have mean 0 and standard deviation 1.
#pragma once

#include "core/api.h"
#include "core/torch.h"

namespace optimbench {

class Standardisation {
 public:
  Standardisation(const StandardisationSpec& spec, at::Device device);

  // images: [samples, channels, height, width] in [0, 1], changed in place. An empty spec leaves them unchanged.
  void apply(const at::Tensor& images) const;

 private:
  at::Tensor mean_;       // [1, channels, 1, 1], or undefined
  at::Tensor deviation_;  // the same
};

}  // namespace optimbench
