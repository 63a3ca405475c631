#include "device_work.h"

namespace optimbench {
namespace {

std::shared_mutex gate;

}  // namespace

std::shared_lock<std::shared_mutex> deviceWork() { return std::shared_lock(gate); }

std::unique_lock<std::shared_mutex> deviceRecording() { return std::unique_lock(gate); }

}  // namespace optimbench
