// How a kernel divides [pixels, channels] among blocks.
#pragma once

#include <cstdint>

namespace optimbench {

// Rows of a block have one pixel each, and one thread per channel, or per channel of a tile if there are more channels
// than threads.
struct PixelBlocks {
  PixelBlocks(int64_t pixels, int64_t channels, int64_t threads, int64_t mostBlocks);
  int64_t tiles;  // of the channels
  int64_t rows;   // blocks of each tile
  int64_t count() const { return tiles * rows; }
};

}  // namespace optimbench
