// Work on a device that is the same for every step: recorded once, then replayed without the host. The core has only
// the interface. One library per kind of device implements it (native/cuda), so the core compiles without the headers
// of any device.
#pragma once

#include <functional>

namespace optimbench {

class StepGraph {
 public:
  virtual ~StepGraph() = default;
  // Calls `step`, which may only submit work to the current stream, on memory that is not moved or freed. The device
  // records the work and does not do it before replay(). Throws c10::Error if part of it cannot be recorded.
  virtual void record(const std::function<void()>& step) = 0;
  // Does the recorded work on the current stream.
  virtual void replay() = 0;
};

using StepGraphMaker = StepGraph* (*)();

}  // namespace optimbench

// Such a library exports this and optimbench_device_compiler (device_kernels.h). The caller owns the graph.
extern "C" __attribute__((visibility("default"))) optimbench::StepGraph* optimbench_step_graph();
