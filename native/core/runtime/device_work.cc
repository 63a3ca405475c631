#include "device_work.h"

namespace optimbench {
namespace {

std::shared_mutex gate;
// Who wants to record holds it while others end what they do: those who come then wait, or there would always be
// someone.
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
