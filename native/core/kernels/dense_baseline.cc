#include "dense.h"

namespace optimbench::baseline {
#include "dense.inc"
}  // namespace optimbench::baseline
