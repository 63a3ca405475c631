// Records steps on CUDA, through libtorch's CUDAGraph. This is a separate library that is opened after libtorch_cuda,
// which has its undefined symbols. It compiles with the headers of two small wheels, without a CUDA toolkit.
#include <ATen/cuda/CUDAGraph.h>

#include "core/step_graph.h"

namespace optimbench {
namespace {

class CudaGraph final : public StepGraph {
 public:
  void record(const std::function<void()>& step) override {
    // Other sessions may replay their graphs meanwhile, so only the calls of this thread are restricted.
    graph_.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
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
  // A failed capture must be ended too, which throws again.
  void end() {
    try {
      graph_.capture_end();
    } catch (const c10::Error&) {
    }
  }
  at::cuda::CUDAGraph graph_;
};

}  // namespace
}  // namespace optimbench

optimbench::StepGraph* optimbench_step_graph() { return new optimbench::CudaGraph; }
