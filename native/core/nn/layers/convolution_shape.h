// Which convolutions our kernels compute.
#pragma once

#include <optional>

#include "core/api.h"
#include "core/kernels/convolution.h"

namespace optimbench {

// A conv2d as the kernels see it, without the layers after it. Empty if it has groups or dilation, except that each
// filter may see one channel.
std::optional<Convolution> convolutionOf(const LayerSpec& conv, Shape input);

// Whether a layer is a max-pooling that the kernels can compute with the convolution.
bool isPooling(const LayerSpec& layer);

// Sets the output's size. Whether the kernels compute this convolution.
bool complete(Convolution& convolution, Shape output);

}  // namespace optimbench
