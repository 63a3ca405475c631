#include "convolution.h"

namespace optimbench::baseline {
#include "convolution.inc"
}  // namespace optimbench::baseline
