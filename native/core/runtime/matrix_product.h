// Products of matrices, their rows shared out to threads.
#pragma once

#include <cstdint>

#include "core/torch.h"
#include "workers.h"

namespace optimbench {

// Threads share pieces of a fixed size, so that no bit depends on how many there are.
at::Tensor matrixProduct(const at::Tensor& left, const at::Tensor& right, Workers& workers);

// Seconds of one product of float32 matrices [size, size], a piece for each thread: what the machine can do at most.
double timeMatrixProduct(int64_t size, int64_t threads);

}  // namespace optimbench
