// How sessions on a device take their steps, and what records them there.
#pragma once

#include <memory>
#include <string>

#include "core/step_graph.h"
#include "core/torch.h"

namespace optimbench {

// OPTIMBENCH_STEP asks for one, on the CPU as well.
enum class StepMode {
  plain,  // as the CPU does: micro-batches on threads, numbers on the host
  eager,  // as a device does, one operator after the other
  graph,  // recorded by the device
};

// plain on the CPU, graph elsewhere, unless asked otherwise.
StepMode stepMode(at::Device device);

// What records steps from now on; nullptr where there is no such library.
void recordStepsWith(StepGraphMaker maker);

// Throws c10::Error where the device cannot record.
std::unique_ptr<StepGraph> makeStepGraph();

// Why the device cannot record; empty where it can.
std::string whyNoGraphs(at::Device device);

}  // namespace optimbench
