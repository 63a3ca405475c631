// Memory for the step's temporaries: freed blocks are kept and handed out again, since every step asks for the same sizes.
// Without it, each step pays page faults for tens of megabytes that malloc has just returned to the system.
#pragma once

#include <cstdint>

namespace optimbench {

// Makes libtorch's CPU tensors use the caching allocator from now on. Idempotent.
void installCachingAllocator();

// Freed blocks are kept from the first begin to the last end, which returns them to the system.
void beginCaching();
void endCaching();

}  // namespace optimbench
