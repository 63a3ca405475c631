// Work on devices of all sessions of the process. Recording excludes all other but replays: what other work needs for
// the first time, such as a library's handle in a new thread, can make the whole device wait, and that ends every
// recording.
#pragma once

#include <mutex>
#include <shared_mutex>

namespace optimbench {

// While one lives, nothing is recorded. A thread holds one at most.
[[nodiscard]] std::shared_lock<std::shared_mutex> deviceWork();
// While one lives, there is no other work.
[[nodiscard]] std::unique_lock<std::shared_mutex> deviceRecording();

}  // namespace optimbench
