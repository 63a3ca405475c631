// Records steps on CUDA, through libtorch's CUDAGraph. A library apart, opened after libtorch_cuda, where its undefined
// symbols are found; the headers of two small wheels compile it, without a CUDA toolkit.
#include <ATen/cuda/CUDAGraph.h>

#include "core/step_graph.h"

namespace optimbench {
namespace {

class CudaGraph final : public StepGraph {
 public:
  void record(const std::function<void()>& step) override {
    // Other sessions may replay theirs meanwhile: what counts is what this thread does.
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
  // A capture that failed must be ended too, and says so itself.
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
