// Plain structs, a part of api.h: what a session is planned to do, and what it would take.
#pragma once

#include <cstdint>
#include <vector>

namespace optimbench {

// What a session is to do: with how many images it trains, and how many it evaluates, each time.
struct PlannedWork {
  int64_t batchSize;
  std::vector<int64_t> trains;
  std::vector<int64_t> evaluates;
};

// Bytes that a session takes at most.
struct MemoryNeeds {
  double parameters = 0;
  double gradients = 0;  // of each gradient shard, and their sum
  int64_t shards = 0;
  double states = 0;       // of the optimizer
  double evaluation = 0;   // weights to evaluate with, where they are others
  double activations = 0;  // and the like, and what the allocator keeps of them
  double update = 0;       // what an update computes, beside what the activations have left to it
};

}  // namespace optimbench
