// What this machine's cores can do at most: the yardstick of a step's arithmetic rate.
#pragma once

#include <cstdint>

namespace optimbench {

// Seconds of one product of two float32 matrices [size, size], its rows shared out to the threads.
double timeMatrixProduct(int64_t size, int64_t threads);

}  // namespace optimbench
