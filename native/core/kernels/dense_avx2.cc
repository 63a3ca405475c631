#if defined(__x86_64__)
#include "dense.h"

namespace optimbench::avx2 {
#include "dense.inc"
}  // namespace optimbench::avx2
#endif
