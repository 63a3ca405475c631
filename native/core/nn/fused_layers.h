// Layers of our kernels (core/kernels), which may compute several consecutive layers of the model as one operator.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "layer.h"

namespace optimbench {

struct FusedLayers {
  std::unique_ptr<Layer> layer;     // null if no kernel applies
  size_t count = 0;                 // of the layers that it replaces
  std::optional<int64_t> addend{};  // the layer (-1: the image) whose output it adds, as one of them is a sum
};

// The layers from `first` on that one operator computes. `input` is the shape of its input.
FusedLayers fuseLayers(const std::vector<LayerSpec>& layers, size_t first, Shape input, ModelUse use);

// A conv2d followed by a maxPool2d, a ReLU or both.
FusedLayers fuseConvolution(const std::vector<LayerSpec>& layers, size_t first, Shape input);
// A conv2d followed by a batchNorm2d, a maxPool2d or a sum, and a ReLU, or some of these. For evaluation.
FusedLayers foldConvolution(const std::vector<LayerSpec>& layers, size_t first, Shape input);
// A dense layer of many weights, and a ReLU that follows.
FusedLayers fuseDense(const std::vector<LayerSpec>& layers, size_t first, Shape input);
// A dense layer followed by a batchNorm2d, and a ReLU that follows; otherwise as fuseDense. For evaluation.
FusedLayers foldDense(const std::vector<LayerSpec>& layers, size_t first, Shape input);
// A batchNorm2d, and a ReLU that follows.
FusedLayers fuseBatchNorm(const std::vector<LayerSpec>& layers, size_t first, Shape input);
// An activation with an exponential.
FusedLayers fuseActivation(const LayerSpec& layer);
// An averagePool2d whose windows do not overlap.
FusedLayers fuseMeanPool(const LayerSpec& layer, Shape input);

// Whether the next layer, and no other, takes the output of layer `index`, and takes nothing else.
bool leadsToNextAlone(const std::vector<LayerSpec>& layers, size_t index);
// If the next layer is the sum of the output of layer `index`, which no other takes, and one of an earlier layer than
// `first`: that layer.
std::optional<int64_t> addendAfter(const std::vector<LayerSpec>& layers, size_t index, size_t first);
bool isRelu(const LayerSpec& layer);

// The layers that an operator computes.
class Chain {
 public:
  Chain(const std::vector<LayerSpec>& layers, size_t first) : layers_(layers), first_(first) {}

  // The next layer, if it takes the last one's output alone and is of this kind. The operator then computes it as well.
  const LayerSpec* take(bool (*isKind)(const LayerSpec&)) {
    if (!leadsToNextAlone(layers_, first_ + count_ - 1) || !isKind(layers_[first_ + count_])) return nullptr;
    return &layers_[first_ + count_++];
  }
  // The same for a sum with an earlier layer, which is returned.
  std::optional<int64_t> takeSum() {
    const auto addend = addendAfter(layers_, first_ + count_ - 1, first_);
    if (addend) ++count_;
    return addend;
  }
  size_t count() const { return count_; }
  const LayerSpec& last() const { return layers_[first_ + count_ - 1]; }

 private:
  const std::vector<LayerSpec>& layers_;
  size_t first_;
  size_t count_ = 1;
};

}  // namespace optimbench
