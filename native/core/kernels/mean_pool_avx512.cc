#if defined(__x86_64__)
#include "mean_pool.h"

namespace optimbench::avx512 {
#include "mean_pool.inc"
}  // namespace optimbench::avx512
#endif
