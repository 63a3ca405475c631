#include "fused_layers.h"

#include <algorithm>

namespace optimbench {
namespace {

bool takes(const LayerSpec& layer, size_t index, size_t value) {
  if (layer.from.empty()) return index == value + 1;
  return std::ranges::find(layer.from, static_cast<int64_t>(value)) != layer.from.end();
}

}  // namespace

FusedLayers fuseLayers(const std::vector<LayerSpec>& layers, size_t first, Shape input) {
  if (layers[first].kind == "conv2d") return fuseConvolution(layers, first, input);
  if (layers[first].kind == "dense") return fuseDense(layers, first, input);
  if (layers[first].kind == "batchNorm2d") return fuseBatchNorm(layers, first, input);
  return {};
}

bool leadsToNextAlone(const std::vector<LayerSpec>& layers, size_t index) {
  if (index + 1 >= layers.size() || layers[index + 1].from.size() > 1) return false;
  for (size_t i = index + 1; i < layers.size(); ++i)
    if (takes(layers[i], i, index) != (i == index + 1)) return false;
  return true;
}

bool isRelu(const LayerSpec& layer) { return layer.kind == "activation" && layer.activation == "relu"; }

}  // namespace optimbench
