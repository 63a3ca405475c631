// Random streams, keyed by their purpose and never by the order of calls.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "core/torch.h"

namespace optimbench {

enum class Purpose : uint64_t { initialWeights = 1, dropout = 2, augmentation = 3 };

// Keys of the random streams of one micro-batch.
struct StreamKey {
  uint64_t seed = 0;
  int64_t epoch = 0;
  int64_t batch = 0;  // of the epoch
  int64_t microBatch = 0;
};

// What seeds the generator for (seed, purpose, indices...). On the CPU, only its lower 32 bits count.
uint64_t streamSeed(uint64_t seed, Purpose purpose, std::initializer_list<int64_t> indices);

// The generator for (seed, purpose, indices...), such as the dropout of (epoch, batch, micro-batch, layer).
at::Generator randomStream(at::Device device, uint64_t seed, Purpose purpose, std::initializer_list<int64_t> indices);

}  // namespace optimbench
