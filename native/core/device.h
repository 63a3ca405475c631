// Devices by name. CUDA exists here only if its library was opened before (see native/bind/core_library.cc).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "torch.h"

namespace optimbench {

at::Device parseDevice(const std::string& name);
std::vector<std::string> availableDevices();

// A stream of its own for a session on a device; none on the CPU.
std::optional<c10::Stream> streamOn(at::Device device);
// Waits for what the current stream of a device has been given.
void finish(at::Device device);

}  // namespace optimbench
