#if defined(__x86_64__)
#include "batch_norm.h"

namespace optimbench::avx2 {
#include "batch_norm.inc"
}  // namespace optimbench::avx2
#endif
