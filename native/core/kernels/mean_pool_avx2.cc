#if defined(__x86_64__)
#include "mean_pool.h"

namespace optimbench::avx2 {
#include "mean_pool.inc"
}  // namespace optimbench::avx2
#endif
