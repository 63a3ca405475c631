// How sessions run their training steps, and the library that records steps on a device.
#pragma once

#include <memory>
#include <string>

#include "core/step_graph.h"
#include "core/torch.h"

namespace optimbench {

// The environment variable OPTIMBENCH_STEP selects one, on the CPU too.
enum class StepMode {
  plain,  // the CPU's way: micro-batches on threads, scalars on the host
  eager,  // a device's way, operator by operator
  graph,  // the same, recorded and replayed
};

// By default plain on the CPU and graph elsewhere.
StepMode stepMode(at::Device device);

// Sets what records steps from now on; nullptr if no library does.
void recordStepsWith(StepGraphMaker maker);

// Throws c10::Error if the device cannot record.
std::unique_ptr<StepGraph> makeStepGraph();

// Why the device cannot record; empty if it can.
std::string whyNoGraphs(at::Device device);

}  // namespace optimbench
