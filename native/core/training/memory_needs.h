#pragma once

#include "core/api.h"

namespace optimbench {

// The most memory that a session on the CPU needs for the planned work, computed without allocating it.
MemoryNeeds memoryNeeds(const SessionSpec& spec, const PlannedWork& planned);

}  // namespace optimbench
