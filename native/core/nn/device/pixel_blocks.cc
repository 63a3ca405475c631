#include "pixel_blocks.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace optimbench {
namespace {

// Kernels count pixels in 32 bits, and past the last one by the threads of a launch.
constexpr int64_t kMostPixels = 2'000'000'000;

}  // namespace

PixelBlocks::PixelBlocks(int64_t pixels, int64_t channels, int64_t threads, int64_t mostBlocks) {
  if (pixels > kMostPixels)
    throw std::runtime_error("a layer's output of " + std::to_string(pixels) +
                             " pixels is too large for a device's kernel: use smaller images or batches, or "
                             "OPTIMBENCH_KERNELS=reference");
  const int64_t tile = std::min(channels, threads), perBlock = threads / tile;
  tiles = (channels + tile - 1) / tile;
  rows = std::clamp<int64_t>((pixels + perBlock - 1) / perBlock, 1, std::max<int64_t>(1, mostBlocks / tiles));
}

}  // namespace optimbench
