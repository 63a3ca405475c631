#if defined(__x86_64__)
#include "convolution.h"

namespace optimbench::avx2 {
#include "convolution.inc"
}  // namespace optimbench::avx2
#endif
