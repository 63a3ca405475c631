#include "activation.h"

namespace optimbench::baseline {
#include "activation.inc"
}  // namespace optimbench::baseline
