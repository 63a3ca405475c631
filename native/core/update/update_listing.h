// A compiled update as text: stages, operator calls, instructions, registers.
#pragma once

#include <string>

#include "update.h"

namespace optimbench {

std::string updateListing(const Update& update);

}  // namespace optimbench
