// Matrix products whose rows are divided among threads.
#pragma once

#include <cstdint>

#include "core/torch.h"
#include "workers.h"

namespace optimbench {

// Pieces have a fixed size, so the bits do not depend on the number of threads.
at::Tensor matrixProduct(const at::Tensor& left, const at::Tensor& right, Workers& workers);

// Seconds for a product of float32 matrices [size, size] with one piece per thread: the machine's peak throughput.
double timeMatrixProduct(int64_t size, int64_t threads);

}  // namespace optimbench
