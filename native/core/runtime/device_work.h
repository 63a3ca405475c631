// Coordinates the device work of all sessions in the process. A recording excludes all other work except replays: a
// first use of something, such as creating a library handle in a new thread, can synchronise the whole device, which
// invalidates every recording.
#pragma once

#include <mutex>
#include <shared_mutex>

namespace optimbench {

// While this lock is held, nothing is recorded. A thread holds at most one.
[[nodiscard]] std::shared_lock<std::shared_mutex> deviceWork();
// While this lock is held, there is no other work.
[[nodiscard]] std::unique_lock<std::shared_mutex> deviceRecording();

}  // namespace optimbench
