#if defined(__x86_64__)
#include "activation.h"

namespace optimbench::avx512 {
#include "activation.inc"
}  // namespace optimbench::avx512
#endif
