#include "step_mode.h"

#include <cstdlib>
#include <stdexcept>

namespace optimbench {
namespace {

constexpr const char* kNoLibrary = "liboptimbench_cuda, which records for CUDA, is not loaded";

StepGraphMaker graphMaker = nullptr;  // written once, before any session

}  // namespace

StepMode stepMode(at::Device device) {
  const char* asked = std::getenv("OPTIMBENCH_STEP");
  const std::string name = asked == nullptr ? "" : asked;
  if (name == "plain") return StepMode::plain;
  if (name == "eager") return StepMode::eager;
  if (name == "graph") return StepMode::graph;
  if (!name.empty()) throw std::runtime_error("OPTIMBENCH_STEP is '" + name + "'; it can be plain, eager or graph");
  return device.is_cpu() ? StepMode::plain : StepMode::graph;
}

void recordStepsWith(StepGraphMaker maker) { graphMaker = maker; }

std::unique_ptr<StepGraph> makeStepGraph() {
  TORCH_CHECK(graphMaker != nullptr, kNoLibrary);
  return std::unique_ptr<StepGraph>(graphMaker());
}

std::string whyNoGraphs(at::Device device) {
  if (device.is_cpu()) return "steps on the CPU are not recorded";
  return graphMaker == nullptr ? kNoLibrary : "";
}

}  // namespace optimbench
