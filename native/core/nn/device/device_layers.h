// Layers of kernels that are compiled for a device (core/runtime/device_compiler.h). Each computes several layers of
// the model with few kernels, since their number limits the speed of small batches.
#pragma once

#include "core/nn/fused_layers.h"

namespace optimbench {

// The layers from `first` on that one device layer computes, for training and evaluation.
FusedLayers fuseOnDevice(const std::vector<LayerSpec>& layers, size_t first, Shape input, at::Device device);

// A conv2d, and a max-pooling or a sum and a ReLU that follow.
FusedLayers fuseDeviceConvolution(const std::vector<LayerSpec>& layers, size_t first, Shape input, at::Device device);
// A batchNorm2d, and a sum and a ReLU that follow.
FusedLayers fuseDeviceBatchNorm(const std::vector<LayerSpec>& layers, size_t first, Shape input, at::Device device);
// A dense layer, and a ReLU that follows.
FusedLayers fuseDeviceDense(const std::vector<LayerSpec>& layers, size_t first, Shape input, at::Device device);

}  // namespace optimbench
