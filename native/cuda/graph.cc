// Records work on CUDA: what at::accelerator::Graph asks of a device, which libtorch does not have for CUDA. A library
// of its own, opened after libtorch_cuda, where its symbols are found; the headers of two small wheels compile it,
// without a CUDA toolkit.
#include <ATen/core/GraphImplInterface.h>
#include <ATen/cuda/CUDAGraph.h>

namespace optimbench {
namespace {

cudaStreamCaptureMode toCuda(at::GraphCaptureMode mode) {
  switch (mode) {
    case at::GraphCaptureMode::ThreadLocal:
      return cudaStreamCaptureModeThreadLocal;
    case at::GraphCaptureMode::Relaxed:
      return cudaStreamCaptureModeRelaxed;
    default:
      return cudaStreamCaptureModeGlobal;
  }
}

struct CudaGraph final : at::GraphImplInterface {
  explicit CudaGraph(const at::GraphImplArgs& args) : graph(args.keep_graph) {}

  void capture_begin(at::MempoolId_t pool, at::GraphCaptureMode mode) override {
    graph.capture_begin(pool, toCuda(mode));
  }
  void capture_end() override { graph.capture_end(); }
  void instantiate() override { graph.instantiate(); }
  void replay() override { graph.replay(); }
  void reset() override { graph.reset(); }
  at::MempoolId_t pool() const override { return graph.pool(); }
  void enable_debug_mode() override { graph.enable_debug_mode(); }
  void debug_dump(const std::string&) override {
    TORCH_CHECK_NOT_IMPLEMENTED(false, "CUDA graphs are not dumped here");
  }

  mutable at::cuda::CUDAGraph graph;  // whose pool() is not const
};

// REGISTER_GRAPH_IMPL ends the process where a later libtorch_cuda has registered its own.
const bool isRegistered = [] {
  if (!at::has_graph_impl(c10::kCUDA))
    at::GraphImplRegistry()->Register(c10::DeviceTypeName(c10::kCUDA, false),
                                      [](const at::GraphImplArgs& args) -> std::unique_ptr<at::GraphImplInterface> {
                                        return std::make_unique<CudaGraph>(args);
                                      });
  return true;
}();

}  // namespace
}  // namespace optimbench
