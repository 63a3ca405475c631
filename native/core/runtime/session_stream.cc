#include "session_stream.h"

#include <c10/core/impl/VirtualGuardImpl.h>

#include <algorithm>
#include <mutex>
#include <vector>

namespace optimbench {
namespace {

// At least the number of streams in a device's pool, which returns them in turn whether they are taken or not.
constexpr int kAttempts = 64;

std::mutex streamsMutex;  // guards both lists; no other lock is taken while it is held
std::vector<c10::Stream> takenStreams;
std::vector<c10::Stream> releasedStreams;

}  // namespace

SessionStream::SessionStream(at::Device device) {
  if (device.is_cpu()) return;
  const c10::impl::VirtualGuardImpl guard(device.type());
  const std::lock_guard lock(streamsMutex);
  const auto last = std::find_if(releasedStreams.rbegin(), releasedStreams.rend(),
                                 [&](const c10::Stream& stream) { return stream.device() == device; });
  if (last != releasedStreams.rend()) {
    stream_ = *last;
    releasedStreams.erase(std::next(last).base());
  }
  for (int i = 0; i < kAttempts && !stream_; ++i) {
    const c10::Stream next = guard.getStreamFromGlobalPool(device);
    if (std::ranges::find(takenStreams, next) == takenStreams.end()) stream_ = next;
  }
  if (stream_) takenStreams.push_back(*stream_);
}

SessionStream::~SessionStream() {
  if (!stream_) return;
  const std::lock_guard lock(streamsMutex);
  takenStreams.erase(std::ranges::find(takenStreams, *stream_));
  releasedStreams.push_back(*stream_);
}

}  // namespace optimbench
