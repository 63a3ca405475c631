#include "device_layers.h"

#include "core/runtime/device_compiler.h"

namespace optimbench {

FusedLayers fuseOnDevice(const std::vector<LayerSpec>& layers, size_t first, Shape input, at::Device device) {
  if (!compilesKernels(device)) return {};
  if (layers[first].kind == "conv2d") return fuseDeviceConvolution(layers, first, input, device);
  if (layers[first].kind == "batchNorm2d") return fuseDeviceBatchNorm(layers, first, input, device);
  if (layers[first].kind == "dense") return fuseDeviceDense(layers, first, input, device);
  return {};
}

}  // namespace optimbench
