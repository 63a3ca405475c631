#pragma once

#include "core/api.h"

namespace optimbench {

// What a session on the CPU takes at most for that, worked out without taking it.
MemoryNeeds memoryNeeds(const SessionSpec& spec, const PlannedWork& planned);

}  // namespace optimbench
