#include "device.h"

#include <ATen/DeviceAccelerator.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>

namespace optimbench {
namespace {

constexpr int kStreams = 64;  // at least as many as a pool has

std::mutex streamsMutex;
std::vector<c10::Stream> takenStreams;
std::vector<c10::Stream> freeStreams;  // that were taken before

}  // namespace

std::vector<std::string> availableDevices() {
  std::vector<std::string> names{"cpu"};
  const auto accelerator = at::getAccelerator(false);
  // Others have no streams of their own for sessions, or no double precision.
  if (accelerator != at::kCUDA && accelerator != at::kPrivateUse1) return names;
  const std::string type = c10::DeviceTypeName(*accelerator, /*lower_case=*/true);
  for (c10::DeviceIndex i = 0; i < at::accelerator::deviceCount(); ++i) names.push_back(type + ":" + std::to_string(i));
  return names;
}

OwnStream::OwnStream(at::Device device) {
  if (device.is_cpu()) return;
  const c10::impl::VirtualGuardImpl guard(device.type());
  const std::lock_guard lock(streamsMutex);
  const auto last = std::find_if(freeStreams.rbegin(), freeStreams.rend(),
                                 [&](const c10::Stream& stream) { return stream.device() == device; });
  if (last != freeStreams.rend()) {
    stream_ = *last;
    freeStreams.erase(std::next(last).base());
  }
  for (int i = 0; i < kStreams && !stream_; ++i) {  // the pool hands them out in turn, whoever has them
    const c10::Stream next = guard.getStreamFromGlobalPool(device);
    if (std::ranges::find(takenStreams, next) == takenStreams.end()) stream_ = next;
  }
  if (stream_) takenStreams.push_back(*stream_);
}

OwnStream::~OwnStream() {
  if (!stream_) return;
  const std::lock_guard lock(streamsMutex);
  takenStreams.erase(std::ranges::find(takenStreams, *stream_));
  freeStreams.push_back(*stream_);
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
