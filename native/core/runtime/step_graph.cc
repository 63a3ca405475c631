#include "step_graph.h"

#include <cstdlib>
#include <stdexcept>

// libtorch 2.11 has no graphs for all devices yet.
#if __has_include(<ATen/accelerator/Graph.h>)
#include <ATen/accelerator/Graph.h>
#define HAS_GRAPHS 1
#else
#define HAS_GRAPHS 0
#endif

namespace optimbench {
namespace {

constexpr const char* kTooOld = "this libtorch has no graphs; 2.15 has";

#if HAS_GRAPHS
class DeviceGraph final : public StepGraph {
 public:
  void record(const std::function<void()>& step) override {
    // Other sessions may replay theirs meanwhile: what counts is what this thread does.
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
#endif

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

std::unique_ptr<StepGraph> makeStepGraph() {
#if HAS_GRAPHS
  return std::make_unique<DeviceGraph>();
#else
  TORCH_CHECK(false, kTooOld);
#endif
}

std::string whyNoGraphs(at::Device device) {
  if (device.is_cpu()) return "the processor records nothing";
#if HAS_GRAPHS
  if (at::has_graph_impl(device.type())) return "";
  return "liboptimbench_cuda, which records for CUDA, is not loaded";
#else
  return kTooOld;
#endif
}

}  // namespace optimbench
