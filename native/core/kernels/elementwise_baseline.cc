#include "elementwise.h"

namespace optimbench::baseline {
#include "elementwise.inc"
}  // namespace optimbench::baseline
