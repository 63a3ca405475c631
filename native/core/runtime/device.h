// Devices by name. CUDA is available only if its library was opened before (see native/bind/core_library.cc).
#pragma once

#include <string>
#include <vector>

#include "core/torch.h"

namespace optimbench {

at::Device parseDevice(const std::string& name);
std::vector<std::string> availableDevices();

// Releases the cached memory of a device.
void emptyCache(at::Device device);
// Waits for all work on the current stream of a device.
void finish(at::Device device);

}  // namespace optimbench
