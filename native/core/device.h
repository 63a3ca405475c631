// Devices by name. CUDA exists here only if its library was opened before (see native/bind/core_library.cc).
#pragma once

#include <string>
#include <vector>

#include "torch.h"

namespace optimbench {

at::Device parseDevice(const std::string& name);
std::vector<std::string> availableDevices();

}  // namespace optimbench
