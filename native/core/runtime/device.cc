#include "device.h"

#include <ATen/DeviceAccelerator.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <stdexcept>

namespace optimbench {

std::vector<std::string> availableDevices() {
  std::vector<std::string> names{"cpu"};
  const auto accelerator = at::getAccelerator(false);
  // Other accelerators lack separate streams for sessions or double precision.
  if (accelerator != at::kCUDA && accelerator != at::kPrivateUse1) return names;
  const std::string type = c10::DeviceTypeName(*accelerator, /*lower_case=*/true);
  for (c10::DeviceIndex i = 0; i < at::accelerator::deviceCount(); ++i) names.push_back(type + ":" + std::to_string(i));
  return names;
}

void emptyCache(at::Device device) {
  if (!device.is_cpu()) at::accelerator::emptyCache();
}

void finish(at::Device device) {
  if (!device.is_cpu()) c10::impl::VirtualGuardImpl(device.type()).getStream(device).synchronize();
}

at::Device parseDevice(const std::string& name) {
  const std::string full = name == "cpu" || name.find(':') != std::string::npos ? name : name + ":0";
  std::string list;
  for (const std::string& available : availableDevices()) {
    if (available == full) return at::Device(full);
    list += (list.empty() ? "" : ", ") + available;
  }
  throw std::runtime_error("device '" + name + "' is not available here; available: " + list);
}

}  // namespace optimbench
