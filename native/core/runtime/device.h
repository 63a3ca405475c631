// Devices by name. CUDA exists here only if its library was opened before (see native/bind/core_library.cc).
#pragma once

#include <string>
#include <vector>

#include "core/torch.h"

namespace optimbench {

at::Device parseDevice(const std::string& name);
std::vector<std::string> availableDevices();

// Gives back to a device what it keeps for later.
void emptyCache(at::Device device);
// Waits for what the current stream of a device has been given.
void finish(at::Device device);

}  // namespace optimbench
