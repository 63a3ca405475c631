#include "mean_pool.h"

namespace optimbench::baseline {
#include "mean_pool.inc"
}  // namespace optimbench::baseline
