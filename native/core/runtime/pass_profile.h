// Measures where the time of a pass goes. A clock is read after each piece of work; without a profile, none is read.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "core/api.h"

namespace optimbench {

// One thread's stopwatch. Each lap adds the time since the previous lap to a counter.
class Laps {
 public:
  void start() { last_ = Clock::now(); }
  void lap(double& seconds) {
    const Clock::time_point now = Clock::now();
    seconds += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point last_;
};

// The times of one shard's micro-batches.
struct ShardProfile : Laps {
  explicit ShardProfile(size_t layers) : forward(layers), backward(layers) {}

  double batch = 0;
  std::vector<double> forward;  // of each layer
  std::vector<double> backward;
  double loss = 0;
};

// The times of a whole pass. The thread that leads the pass takes the laps.
struct PassProfile : Laps {
  PassProfile(std::vector<std::string> layers, int64_t threads) : names(std::move(layers)), threads(threads) {
    start();
  }

  ShardProfile& shard(size_t index);
  Profile sum() const;

  std::vector<std::string> names;  // of the layers
  int64_t threads;
  std::vector<ShardProfile> shards;
  double parallel = 0;  // while the shards run
  double summing = 0;
  double update = 0;
  double rest = 0;
};

}  // namespace optimbench
