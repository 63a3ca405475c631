// Adds the gradients that libtorch's operators return, all with one kernel.
#pragma once

#include "core/nn/layer.h"

namespace optimbench {

// Adds the parts to the gradients. Without a kernel for their device, libtorch does.
void addAll(const GradientSums& sums);

}  // namespace optimbench
