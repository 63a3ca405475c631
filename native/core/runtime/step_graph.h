// Work on a device that is the same for every step: recorded once, then repeated without the host taking part.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/torch.h"

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

// How sessions on a device take their steps. OPTIMBENCH_STEP asks for one, on the CPU as well.
enum class StepMode {
  plain,  // as the CPU does: micro-batches on threads, numbers on the host
  eager,  // as a device does, one operator after the other
  graph,  // recorded by the device
};

// plain on the CPU, graph elsewhere, unless asked otherwise.
StepMode stepMode(at::Device device);

// Throws c10::Error where the device cannot record.
std::unique_ptr<StepGraph> makeStepGraph();

// Why the device cannot record; empty where it can.
std::string whyNoGraphs(at::Device device);

}  // namespace optimbench
