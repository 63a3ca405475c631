// What follows the product of a convolution or dense layer on a device, as one kernel in each direction: bias,
// max-pooling, ReLU.
#pragma once

#include <memory>
#include <optional>

#include "core/device_kernels.h"
#include "core/torch.h"

namespace optimbench {

class Epilogue {
 public:
  // Windows do not overlap and have at most 254 pixels. Empty if the device has no kernels.
  static std::optional<Epilogue> make(at::Device device, std::array<int64_t, 2> pool, bool relu);

  struct Result {
    at::Tensor output;
    at::Tensor positions;  // bytes: which pixel of its window each output is; kCut where ReLU cuts the gradient
  };
  static constexpr int kCut = 255;

  // Of a product [samples, channels, height, width] in channels-last memory. `bias` may be undefined, and `positions`
  // are, unless `training`.
  Result forward(const at::Tensor& product, const at::Tensor& bias, bool training) const;

  // The gradient of a product with these sizes. Adds to `biasGradient`, which may be undefined.
  at::Tensor backward(const at::Tensor& outputGradient, const at::Tensor& positions, at::IntArrayRef sizes,
                      const at::Tensor& biasGradient) const;

 private:
  Epilogue() = default;
  bool isBiasOnly() const { return !relu_ && pool_[0] * pool_[1] == 1; }

  std::array<int64_t, 2> pool_{1, 1};
  bool relu_ = false;
  std::shared_ptr<const DeviceKernel> forward_, backward_;
  at::Tensor counter_;  // of finished blocks
};

// How a kernel divides [pixels, channels]: neighbouring threads have neighbouring channels.
struct PixelBlocks {
  PixelBlocks(int64_t pixels, int64_t channels, int64_t threads, int64_t mostBlocks);
  int64_t tiles;  // of the channels
  int64_t rows;   // blocks of each tile
  int64_t count() const { return tiles * rows; }
};

}  // namespace optimbench
