// A convolution of images with few channels on a device, with bias, max-pooling and ReLU: one kernel in each direction.
// cuDNN is slow for such images, since they do not fill the tiles of tensor cores.
#pragma once

#include <memory>
#include <optional>

#include "core/api.h"
#include "core/device_kernels.h"
#include "core/torch.h"
#include "epilogue.h"

namespace optimbench {

class SmallConvolution {
 public:
  // Empty if the kernels do not compute this convolution, whose output has the given size after pooling.
  static std::optional<SmallConvolution> make(at::Device device, const LayerSpec& conv, Shape input, Shape output,
                                              std::array<int64_t, 2> pool, bool relu);

  // Of channels-last images. `bias` may be undefined.
  Epilogue::Result forward(const at::Tensor& images, const at::Tensor& weight, const at::Tensor& bias,
                           bool training) const;
  // Adds to the gradients. There is none of the images.
  void backward(const at::Tensor& images, const at::Tensor& outputGradient, const at::Tensor& positions,
                const at::Tensor& weightGradient, const at::Tensor& biasGradient) const;

 private:
  SmallConvolution(Shape input, Shape output, bool relu, int64_t taps)
      : input_(input), output_(output), relu_(relu), taps_(taps) {}

  Shape input_, output_;
  bool relu_;
  int64_t taps_;  // weights of a filter
  std::shared_ptr<const DeviceKernel> forward_, backward_;
  at::Tensor counters_;  // of finished blocks, by tile of filters
};

}  // namespace optimbench
