// Work on a device that is the same for every step: recorded once, then repeated without the host taking part. The core
// has the interface alone; a library per kind of device implements it (native/cuda), so the core compiles without the
// headers of any device.
#pragma once

#include <functional>

namespace optimbench {

class StepGraph {
 public:
  virtual ~StepGraph() = default;
  // `step` is called, and may do nothing but give the current stream work on memory that stays in its place. A device
  // only notes it; the work itself is left to replay(). Throws c10::Error where something of it cannot be recorded.
  virtual void record(const std::function<void()>& step) = 0;
  // Does the recorded work, on the current stream.
  virtual void replay() = 0;
};

using StepGraphMaker = StepGraph* (*)();

}  // namespace optimbench

// The one symbol that such a library exports. The caller owns the graph.
extern "C" __attribute__((visibility("default"))) optimbench::StepGraph* optimbench_step_graph();
