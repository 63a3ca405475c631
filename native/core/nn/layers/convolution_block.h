// Finds the layers that the fused operator of kernels/convolution.h computes together.
#pragma once

#include <memory>
#include <vector>

#include "core/kernels/convolution.h"
#include "core/nn/layer.h"

namespace optimbench {

// Consecutive layers: a conv2d followed by a maxPool2d, a ReLU or both.
struct ConvolutionBlock {
  size_t layers = 0;  // how many it replaces; 0 if the operator does not apply
  Convolution shape{};
};

// The block that begins with layer `first`, whose input has the shape `input`. Empty if another layer takes an output
// within it, or if the operator does not support the layers.
ConvolutionBlock convolutionBlock(const std::vector<LayerSpec>& layers, size_t first, Shape input);

// `conv2d` provides the parameters.
std::unique_ptr<Layer> makeConvolutionBlock(std::unique_ptr<Layer> conv2d, const Convolution& shape);

}  // namespace optimbench
