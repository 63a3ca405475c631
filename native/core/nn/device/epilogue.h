// What follows the product of a convolution or dense layer on a device, as one kernel in each direction: bias,
// max-pooling, an addend, ReLU.
#pragma once

#include <memory>

#include "core/device_kernels.h"
#include "core/torch.h"

namespace optimbench {

class Epilogue {
 public:
  // Windows do not overlap and have at most 254 pixels.
  static Epilogue make(at::Device device, std::array<int64_t, 2> pool, bool relu);

  struct Result {
    at::Tensor output;
    at::Tensor positions;  // bytes: which pixel of its window each output is; kCut where ReLU cuts the gradient
  };
  static constexpr int kCut = 255;

  // Of a product [samples, channels, height, width] in channels-last memory. `bias` may be undefined, and so may
  // `addend`, which has the output's sizes. `positions` are undefined unless `training`.
  Result forward(const at::Tensor& product, const at::Tensor& bias, const at::Tensor& addend, bool training) const;

  // The gradient of a product with these sizes, which without pooling is also that of the addend. Adds to
  // `biasGradient`, which may be undefined.
  at::Tensor backward(const at::Tensor& outputGradient, const at::Tensor& positions, at::IntArrayRef sizes,
                      const at::Tensor& biasGradient) const;

 private:
  Epilogue() = default;
  bool passesGradient() const { return !relu_ && pool_[0] * pool_[1] == 1; }

  std::array<int64_t, 2> pool_{1, 1};
  bool relu_ = false;
  std::shared_ptr<const DeviceKernel> forward_, backward_;
  at::Tensor counter_;  // of finished blocks
};

}  // namespace optimbench
