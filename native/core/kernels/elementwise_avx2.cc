#if defined(__x86_64__)
#include "elementwise.h"

namespace optimbench::avx2 {
#include "elementwise.inc"
}  // namespace optimbench::avx2
#endif
