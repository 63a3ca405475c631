// A graph for tests on the CPU: libtorch's operators are noted with what they were given, and replayed with the same. As in a
// device's graph, only memory can tell one replay from the next: a number that the host gave stays what it was, and what
// no operator did is not repeated.
#pragma once

#include "step_graph.h"

namespace optimbench {

// One difference from a device: record() does the work as well, and the first replay() nothing.
std::unique_ptr<StepGraph> makeOperatorTape();

}  // namespace optimbench
