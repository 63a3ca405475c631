// Memory for the step's temporaries: freed blocks are kept and handed out again, since every step asks for the same sizes.
// Without it, each step pays page faults for tens of megabytes that malloc has just returned to the system.
#pragma once

#include <cstdint>

namespace optimbench {

// Makes libtorch's CPU tensors use the caching allocator from now on. Idempotent.
void installCachingAllocator();

// Returns every block that is not in use to the system.
void releaseCachedMemory();

}  // namespace optimbench
