#if defined(__x86_64__)
#include "random.h"

namespace optimbench::avx512 {
#include "random.inc"
}  // namespace optimbench::avx512
#endif
