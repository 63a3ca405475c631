#include "batch_norm.h"

namespace optimbench::baseline {
#include "batch_norm.inc"
}  // namespace optimbench::baseline
