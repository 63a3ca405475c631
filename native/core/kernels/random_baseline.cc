#include "random.h"

namespace optimbench::baseline {
#include "random.inc"
}  // namespace optimbench::baseline
