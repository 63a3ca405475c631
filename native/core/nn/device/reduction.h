// Sums over all blocks of a launch, in a fixed order, so that they have the same bits each time: CUDA C++ that precedes
// the kernels that use it. Their blocks have THREADS threads.
#pragma once

namespace optimbench {

constexpr const char* kReduction = R"cuda(
#define THREADS 512

// Whether all other blocks that share the counter are past this point. The last one resets it for the next launch.
__device__ bool isLastBlock(unsigned* counter, unsigned blocks) {
  __shared__ bool last;
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) {
    last = atomicAdd(counter, 1u) == blocks - 1;
    if (last) *counter = 0;
  }
  __syncthreads();
  __threadfence();
  return last;
}

// Sum i of `count` sums over partial[block][i]. All threads of a block call it, and take(i, sum) is called once per i.
template <typename Take>
__device__ void sumOverBlocks(const float* partial, int blocks, int count, const Take& take) {
  __shared__ float sums[THREADS];
  const int thread = (int)threadIdx.x;
  const int tile = count < THREADS ? count : THREADS, lanes = THREADS / tile, lane = thread / tile;
  for (int first = 0; first < count; first += tile) {
    const int i = first + thread % tile;
    float sum = 0;
    if (lane < lanes && i < count) {
#pragma unroll 8
      for (int block = lane; block < blocks; block += lanes) sum += partial[(long long)block * count + i];
    }
    sums[thread] = sum;
    __syncthreads();
    if (lane == 0 && i < count) {
      for (int other = 1; other < lanes; ++other) sum += sums[other * tile + thread];
      take(i, sum);
    }
    __syncthreads();
  }
}
)cuda";

constexpr int64_t kReductionThreads = 512;

}  // namespace optimbench
