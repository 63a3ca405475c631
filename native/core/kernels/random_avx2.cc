#if defined(__x86_64__)
#include "random.h"

namespace optimbench::avx2 {
#include "random.inc"
}  // namespace optimbench::avx2
#endif
