// Layers of our kernels (core/kernels), which may compute several consecutive layers of the model as one operator.
#pragma once

#include <memory>
#include <vector>

#include "layer.h"

namespace optimbench {

struct FusedLayers {
  std::unique_ptr<Layer> layer;  // null if no kernel applies
  size_t count = 0;              // of the layers that it replaces
};

// The layers from `first` on that one operator computes. `input` is the shape of its input.
FusedLayers fuseLayers(const std::vector<LayerSpec>& layers, size_t first, Shape input);

// A conv2d followed by a maxPool2d, a ReLU or both.
FusedLayers fuseConvolution(const std::vector<LayerSpec>& layers, size_t first, Shape input);
// A dense layer of many weights, and a ReLU that follows.
FusedLayers fuseDense(const std::vector<LayerSpec>& layers, size_t first, Shape input);
// A batchNorm2d, and a ReLU that follows.
FusedLayers fuseBatchNorm(const std::vector<LayerSpec>& layers, size_t first, Shape input);

// Whether the next layer, and no other, takes the output of layer `index`.
bool leadsToNextAlone(const std::vector<LayerSpec>& layers, size_t index);
bool isRelu(const LayerSpec& layer);

}  // namespace optimbench
