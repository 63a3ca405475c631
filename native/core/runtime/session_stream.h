// A device stream that only one session uses, so its recordings contain no other session's work.
#pragma once

#include <optional>

#include "core/torch.h"

namespace optimbench {

class SessionStream {
 public:
  // Takes the most recently released stream, whose cached memory can be reused. Takes none on the CPU, or if other
  // sessions hold all streams (CUDA has 32).
  explicit SessionStream(at::Device device);
  ~SessionStream();
  SessionStream(const SessionStream&) = delete;
  SessionStream& operator=(const SessionStream&) = delete;
  const std::optional<c10::Stream>& get() const { return stream_; }

 private:
  std::optional<c10::Stream> stream_;
};

}  // namespace optimbench
