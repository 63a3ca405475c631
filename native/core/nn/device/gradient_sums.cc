#include "gradient_sums.h"

#include <algorithm>
#include <array>

#include "core/runtime/device_compiler.h"

namespace optimbench {
namespace {

constexpr const char* kSource = R"cuda(
__device__ void add(float* gradient, const float* part, int count) {
  for (int i = (int)(blockIdx.x * blockDim.x + threadIdx.x); i < count; i += (int)(gridDim.x * blockDim.x))
    gradient[i] += part[i];
}

extern "C" __global__ void add_parts(float* gradient0, const float* part0, int count0, float* gradient1,
                                     const float* part1, int count1, float* gradient2, const float* part2, int count2,
                                     float* gradient3, const float* part3, int count3) {
  add(gradient0, part0, count0);
  add(gradient1, part1, count1);
  add(gradient2, part2, count2);
  add(gradient3, part3, count3);
}
)cuda";

constexpr int64_t kThreads = 256;
constexpr int64_t kMostBlocks = 1024;
constexpr size_t kAtOnce = 4;

}  // namespace

void addAll(const GradientSums& sums) {
  if (sums.parts.empty()) return;
  const at::Device device = sums.parts[0].device();
  if (!compilesKernels(device)) return at::_foreach_add_(sums.gradients, sums.parts);
  const auto kernel = compileKernel(device, kSource, "add_parts");
  for (size_t first = 0; first < sums.parts.size(); first += kAtOnce) {
    struct Part {
      float* gradient = nullptr;
      const float* part = nullptr;
      int count = 0;
    };
    std::array<Part, kAtOnce> parts;
    int64_t most = 1;
    for (size_t i = first; i < std::min(first + kAtOnce, sums.parts.size()); ++i) {
      const int64_t count = sums.parts[i].numel();
      parts[i - first] = {mutableData(sums.gradients[i]), constData(sums.parts[i]), int(count)};
      most = std::max(most, count);
    }
    const auto& [a, b, c, d] = parts;
    launch(*kernel, std::min((most + kThreads - 1) / kThreads, kMostBlocks), kThreads, a.gradient, a.part, a.count,
           b.gradient, b.part, b.count, c.gradient, c.part, c.count, d.gradient, d.part, d.count);
  }
}

}  // namespace optimbench
