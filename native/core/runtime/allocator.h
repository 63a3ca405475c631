// Memory for the temporaries of a step. Freed blocks are cached and reused, since every step asks for the same sizes.
// Without the cache, each step takes page faults for tens of megabytes that malloc has just returned to the system.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace optimbench {

constexpr size_t kCacheLimit = size_t{1} << 30;  // maximum bytes in the cache; further blocks return to the system

struct OutOfMemory : std::runtime_error {
  explicit OutOfMemory(size_t bytes)
      : std::runtime_error("out of memory: cannot allocate " + std::to_string(bytes) + " bytes") {}
};

// Makes libtorch's CPU tensors use the caching allocator from now on. Idempotent.
void installCachingAllocator();

// Freed blocks are cached from the first begin to the last end, which returns them to the system.
void beginCaching();
void endCaching();

}  // namespace optimbench
