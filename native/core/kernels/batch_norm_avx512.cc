#if defined(__x86_64__)
#include "batch_norm.h"

namespace optimbench::avx512 {
#include "batch_norm.inc"
}  // namespace optimbench::avx512
#endif
