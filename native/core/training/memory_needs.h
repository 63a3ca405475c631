#pragma once

#include "core/api.h"

namespace optimbench {

// What a session on the CPU takes at most that trains on so many images and evaluates them, worked out without taking
// it.
MemoryNeeds memoryNeeds(const SessionSpec& spec, int64_t batchSize, int64_t images);

}  // namespace optimbench
