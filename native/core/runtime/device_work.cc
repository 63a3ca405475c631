#include "device_work.h"

namespace optimbench {
namespace {

// Lock order: entrance, then gate. The entrance is released as soon as the gate is held. Under the gate a thread may
// lock what the runtime locks briefly (allocator, workers, streams), and takes neither of these two again.
std::shared_mutex gate;
// A thread that wants to record holds the entrance while the work of others ends. Work that comes then waits here, or
// it could keep the gate shared forever.
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
