// Plain structs, part of api.h: the work planned for a session, and the memory that it needs.
#pragma once

#include <cstdint>
#include <vector>

namespace optimbench {

// The number of images of each training pass and of each evaluation.
struct PlannedWork {
  int64_t batchSize;
  std::vector<int64_t> trains;
  std::vector<int64_t> evaluates;
};

// Upper bounds in bytes.
struct MemoryNeeds {
  double parameters = 0;
  double gradients = 0;  // each shard's gradient, and their sum
  int64_t shards = 0;
  double states = 0;       // of the optimizer
  double evaluation = 0;   // separate weights for evaluation, if any
  double activations = 0;  // and other temporaries of a pass, with what the allocator caches of them
  double update = 0;       // temporaries of an update, beyond the memory that activations leave to it
};

}  // namespace optimbench
