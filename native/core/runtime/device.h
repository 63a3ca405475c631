// Devices by name. CUDA exists here only if its library was opened before (see native/bind/core_library.cc).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/torch.h"

namespace optimbench {

at::Device parseDevice(const std::string& name);
std::vector<std::string> availableDevices();

// A stream of a device that is one session's alone, so that no other's work gets into what it records: the one given
// back last, since the memory that was used on it can be used on it again. None on the CPU, nor where other sessions
// have them all (CUDA has 32).
class OwnStream {
 public:
  explicit OwnStream(at::Device device);
  ~OwnStream();
  OwnStream(const OwnStream&) = delete;
  OwnStream& operator=(const OwnStream&) = delete;
  const std::optional<c10::Stream>& get() const { return stream_; }

 private:
  std::optional<c10::Stream> stream_;
};

// Gives back to a device what it keeps for later.
void emptyCache(at::Device device);
// Waits for what the current stream of a device has been given.
void finish(at::Device device);

}  // namespace optimbench
