// A device stream that one session alone uses, so that no other session's work enters what it records.
#pragma once

#include <optional>

#include "core/torch.h"

namespace optimbench {

class SessionStream {
 public:
  // Takes the stream that was released last, since memory that was used on it can be used on it again. Takes none on
  // the CPU, nor where other sessions hold all streams (CUDA has 32).
  explicit SessionStream(at::Device device);
  ~SessionStream();
  SessionStream(const SessionStream&) = delete;
  SessionStream& operator=(const SessionStream&) = delete;
  const std::optional<c10::Stream>& get() const { return stream_; }

 private:
  std::optional<c10::Stream> stream_;
};

}  // namespace optimbench
