#if defined(__x86_64__)
#include "elementwise.h"

namespace optimbench::avx512 {
#include "elementwise.inc"
}  // namespace optimbench::avx512
#endif
