#if defined(__x86_64__)
#include "dense.h"

namespace optimbench::avx512 {
#include "dense.inc"
}  // namespace optimbench::avx512
#endif
