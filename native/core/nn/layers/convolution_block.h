// Which layers the fused operator of kernels/convolution.h computes as one.
#pragma once

#include <memory>
#include <vector>

#include "core/kernels/convolution.h"
#include "core/nn/layer.h"

namespace optimbench {

// Layers in a row: a conv2d and, after it, a maxPool2d, a ReLU or both.
struct ConvolutionBlock {
  size_t layers = 0;  // that it replaces; 0 where the operator does not apply
  Convolution shape{};
};

// Of the layers that begin with `first`, whose input is `input`. None where what lies between is wanted elsewhere too,
// or the operator cannot do it.
ConvolutionBlock convolutionBlock(const std::vector<LayerSpec>& layers, size_t first, Shape input);

// `conv2d` says which parameters there are.
std::unique_ptr<Layer> makeConvolutionBlock(std::unique_ptr<Layer> conv2d, const Convolution& shape);

}  // namespace optimbench
