// All gradients of a small convolution with max-pooling on a device, with one kernel. Only one pixel of each window has
// a gradient, so this is a fraction of the arithmetic of libtorch's operators.
#pragma once

#include <memory>
#include <optional>

#include "core/api.h"
#include "core/device_kernels.h"
#include "core/torch.h"

namespace optimbench {

class PooledGradients {
 public:
  // Empty if the kernel does not compute them. `output` is the size after pooling.
  static std::optional<PooledGradients> make(at::Device device, const LayerSpec& conv, Shape input, Shape output,
                                             std::array<int64_t, 2> pool);

  // Whether the kernel is faster than libtorch's operators.
  bool suits(int64_t samples) const;

  // Adds to the gradients of the parameters. Returns that of the images, if it is needed.
  at::Tensor backward(const at::Tensor& images, const at::Tensor& weight, const at::Tensor& outputGradient,
                      const at::Tensor& positions, const at::Tensor& weightGradient, const at::Tensor& biasGradient,
                      bool inputGradient) const;

 private:
  PooledGradients(const LayerSpec& conv, Shape input, Shape output, std::array<int64_t, 2> pool)
      : conv_(conv), input_(input), output_(output), pool_(pool) {}

  LayerSpec conv_;
  Shape input_, output_;
  std::array<int64_t, 2> pool_;
  std::shared_ptr<const DeviceKernel> kernel_;
};

}  // namespace optimbench
