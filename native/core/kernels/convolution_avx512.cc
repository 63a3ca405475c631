#if defined(__x86_64__)
#include "convolution.h"

namespace optimbench::avx512 {
#include "convolution.inc"
}  // namespace optimbench::avx512
#endif
