#include "fused_layers.h"

#include <algorithm>

namespace optimbench {
namespace {

bool takes(const LayerSpec& layer, size_t index, size_t value) {
  if (layer.from.empty()) return index == value + 1;
  return std::ranges::find(layer.from, static_cast<int64_t>(value)) != layer.from.end();
}

bool onlyNextTakes(const std::vector<LayerSpec>& layers, size_t index) {
  for (size_t i = index + 1; i < layers.size(); ++i)
    if (takes(layers[i], i, index) != (i == index + 1)) return false;
  return true;
}

}  // namespace

FusedLayers fuseLayers(const std::vector<LayerSpec>& layers, size_t first, Shape input, ModelUse use) {
  const bool trains = use == ModelUse::training;
  if (layers[first].kind == "conv2d") return (trains ? fuseConvolution : foldConvolution)(layers, first, input);
  if (layers[first].kind == "dense") return (trains ? fuseDense : foldDense)(layers, first, input);
  const bool isFixed = trains && layers[first].frozen;  // by the running statistics, not those of the batch
  if (layers[first].kind == "batchNorm2d" && !isFixed) return fuseBatchNorm(layers, first, input);
  if (layers[first].kind == "activation") return fuseActivation(layers[first]);
  if (layers[first].kind == "averagePool2d") return fuseMeanPool(layers[first], input);
  return {};
}

bool leadsToNextAlone(const std::vector<LayerSpec>& layers, size_t index) {
  return index + 1 < layers.size() && layers[index + 1].from.size() <= 1 && onlyNextTakes(layers, index);
}

std::optional<int64_t> addendAfter(const std::vector<LayerSpec>& layers, size_t index, size_t first) {
  if (index + 1 >= layers.size() || layers[index + 1].kind != "sum" || !onlyNextTakes(layers, index)) return {};
  const std::vector<int64_t>& from = layers[index + 1].from;
  if (from.size() != 2) return {};
  const int64_t other = from[0] == static_cast<int64_t>(index) ? from[1] : from[0];
  return other < static_cast<int64_t>(first) ? std::optional(other) : std::nullopt;
}

bool isRelu(const LayerSpec& layer) { return layer.kind == "activation" && layer.activation == "relu"; }

}  // namespace optimbench
