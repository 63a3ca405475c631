#include "step_graph.h"

#include <ATen/accelerator/Graph.h>

#include <cstdlib>
#include <stdexcept>

namespace optimbench {
namespace {

class DeviceGraph final : public StepGraph {
 public:
  void record(std::function<void()> step) override {
    // Other sessions may allocate memory and read results meanwhile: what counts is what this thread does.
    graph_.capture_begin({0, 0}, at::GraphCaptureMode::ThreadLocal);
    try {
      step();
    } catch (...) {
      end();
      throw;
    }
    graph_.capture_end();
  }
  void replay() override { graph_.replay(); }

 private:
  // A capture that failed must be ended too, and says so itself.
  void end() {
    try {
      graph_.capture_end();
    } catch (const c10::Error&) {
    }
  }
  at::accelerator::Graph graph_;
};

class RepeatedCall final : public StepGraph {
 public:
  void record(std::function<void()> step) override { step_ = std::move(step); }
  void replay() override { step_(); }

 private:
  std::function<void()> step_;
};

}  // namespace

StepMode stepMode(at::Device device) {
  const char* asked = std::getenv("OPTIMBENCH_STEP");
  const std::string name = asked == nullptr ? "" : asked;
  if (name == "plain") return StepMode::plain;
  if (name == "eager") return StepMode::eager;
  if (name == "repeat") return StepMode::repeat;
  if (name == "graph") return StepMode::graph;
  if (!name.empty()) throw std::runtime_error("OPTIMBENCH_STEP is '" + name + "'; it can be plain, eager, repeat or graph");
  return device.is_cpu() ? StepMode::plain : StepMode::graph;
}

std::unique_ptr<StepGraph> makeStepGraph(StepMode mode) {
  if (mode == StepMode::repeat) return std::make_unique<RepeatedCall>();
  return std::make_unique<DeviceGraph>();
}

std::string whyNoGraphs(at::Device device) {
  if (device.is_cpu()) return "the processor records nothing";
  if (at::has_graph_impl(device.type())) return "";
  return "liboptimbench_cuda, which records for CUDA, is not loaded";
}

}  // namespace optimbench
