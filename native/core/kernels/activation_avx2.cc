#if defined(__x86_64__)
#include "activation.h"

namespace optimbench::avx2 {
#include "activation.inc"
}  // namespace optimbench::avx2
#endif
