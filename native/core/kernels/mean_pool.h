// The means of windows that neither overlap nor reach beyond the image, and their gradient.
#pragma once

#include <cstddef>
#include <cstdint>

namespace optimbench {

// Sizes in pixels. Arrays are channels-last. Pixels outside all windows are ignored.
struct MeanPool {
  int64_t channels, height, width;  // of an image
  int64_t window[2];                // height, width
};

struct MeanPoolKernels {
  void (*forward)(const MeanPool&, int64_t count, const float* images, float* output);
  // Sets `imageGradient`.
  void (*backward)(const MeanPool&, int64_t count, const float* outputGradient, float* imageGradient);
};

// For the instruction set of instructionSet().
const MeanPoolKernels& meanPoolKernels();

namespace baseline {
extern const MeanPoolKernels meanPool;
}
namespace avx2 {
extern const MeanPoolKernels meanPool;
}
namespace avx512 {
extern const MeanPoolKernels meanPool;
}

}  // namespace optimbench
