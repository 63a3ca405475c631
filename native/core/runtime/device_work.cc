#include "device_work.h"

namespace optimbench {
namespace {

// Lock order: entrance, then gate. The entrance is released as soon as the gate is held. While it holds the gate,
// a thread may take the short locks of the runtime (allocator, workers, streams), but neither of these two again.
std::shared_mutex gate;
// A thread that wants to record holds the entrance until the work of others ends. New work waits here meanwhile;
// otherwise it could keep the gate shared forever.
std::mutex entrance;

}  // namespace

std::shared_lock<std::shared_mutex> deviceWork() {
  const std::lock_guard turn(entrance);
  return std::shared_lock(gate);
}

std::unique_lock<std::shared_mutex> deviceRecording() {
  const std::lock_guard turn(entrance);
  return std::unique_lock(gate);
}

}  // namespace optimbench
