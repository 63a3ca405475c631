// Memory for the step's temporaries: freed blocks are kept and handed out again, since every step asks for the same
// sizes. Without it, each step pays page faults for tens of megabytes that malloc has just returned to the system.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace optimbench {

constexpr size_t kCacheLimit = size_t{1} << 30;  // bytes kept at most; beyond it, blocks go back to the system

struct OutOfMemory : std::runtime_error {
  explicit OutOfMemory(size_t bytes)
      : std::runtime_error("out of memory: no " + std::to_string(bytes) + " bytes more") {}
};

// Makes libtorch's CPU tensors use the caching allocator from now on. Idempotent.
void installCachingAllocator();

// Freed blocks are kept from the first begin to the last end, which returns them to the system.
void beginCaching();
void endCaching();

}  // namespace optimbench
