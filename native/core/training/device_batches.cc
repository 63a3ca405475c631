#include "device_batches.h"

#include <string>

#include "core/formula/kernel_source.h"
#include "core/runtime/device_compiler.h"

namespace optimbench {
namespace {

constexpr int64_t kThreads = 256;          // of a block
constexpr int64_t kPixels = 4 * kThreads;  // of a block

// A block copies a piece of an image. The blocks after these each set a piece of the gradient to 0.
constexpr const char* kGather = R"(
extern "C" __global__ void gather(const long long* order, const long long* position, const unsigned char* images,
                                  const float* allTargets, const long long* allLabels, long long pixels,
                                  long long classes, long long pieces, long long blocks, float* batch,
                                  float* targets, long long* labels, float* gradient, long long parameters) {
  if (blockIdx.x >= blocks) {
    const long long first = (blockIdx.x - blocks) * kPixels;
    const long long end = first + kPixels < parameters ? first + kPixels : parameters;
    for (long long i = first + threadIdx.x; i < end; i += blockDim.x) gradient[i] = 0.0f;
    return;
  }
  const long long sample = blockIdx.x / pieces;
  const long long piece = blockIdx.x % pieces;
  const long long image = order[position[0] + sample];
  const long long first = piece * kPixels;
  const long long end = first + kPixels < pixels ? first + kPixels : pixels;
  for (long long i = first + threadIdx.x; i < end; i += blockDim.x) {
    float value = static_cast<float>(images[image * pixels + i]) / 255.0f;
    standardise(value, i);
    batch[sample * pixels + i] = value;
  }
  if (piece > 0) return;
  for (long long i = threadIdx.x; i < classes; i += blockDim.x)
    targets[sample * classes + i] = allTargets[image * classes + i];
  if (threadIdx.x == 0) labels[sample] = allLabels[image];
}
)";

std::string constants(const char* name, const std::vector<double>& values) {
  std::string text = std::string("static __device__ const float ") + name + "[] = {";
  for (const double value : values) text += literal(value) + ", ";
  return text + "};\n";
}

std::string sourceFor(const StandardisationSpec& standardisation) {
  std::string source = "constexpr long long kPixels = " + std::to_string(kPixels) + ";\n";
  std::string body;
  if (!standardisation.mean.empty()) {
    source += constants("means", standardisation.mean) + constants("deviations", standardisation.standardDeviation);
    const std::string channel = "[pixel % " + std::to_string(standardisation.mean.size()) + "]";
    body = "value = (value - means" + channel + ") / deviations" + channel + ";";
  }
  return source + "static __device__ inline void standardise(float& value, long long pixel) { " + body + " }\n" +
         kGather;
}

}  // namespace

DeviceBatches::DeviceBatches(const StandardisationSpec& standardisation, at::Device device) {
  if (compilesKernels(device)) kernel_ = compileKernel(device, sourceFor(standardisation), "gather");
}

Batch DeviceBatches::batch(const ResidentDataset& dataset, const at::Tensor& order, const at::Tensor& position,
                           int64_t size, const at::Tensor& gradient) const {
  const auto [channels, height, width] = dataset.shape();
  const int64_t pixels = channels * height * width;
  const int64_t pieces = (pixels + kPixels - 1) / kPixels;
  const at::TensorOptions floats(dataset.targets().options());
  const at::Tensor images = at::empty({size, height, width, channels}, floats);
  Batch batch{images.permute({0, 3, 1, 2}), at::empty({size, dataset.classes()}, floats),
              at::empty({size}, floats.dtype(at::kLong))};
  const int64_t blocks = size * pieces, parameters = gradient.defined() ? gradient.numel() : 0;
  launch(*kernel_, blocks + (parameters + kPixels - 1) / kPixels, kThreads, order.const_data_ptr<int64_t>(),
         position.const_data_ptr<int64_t>(), dataset.images().const_data_ptr<uint8_t>(),
         dataset.targets().const_data_ptr<float>(), dataset.labels().const_data_ptr<int64_t>(), pixels,
         dataset.classes(), pieces, blocks, images.data_ptr<float>(), batch.targets.data_ptr<float>(),
         batch.labels.data_ptr<int64_t>(), parameters > 0 ? gradient.data_ptr<float>() : nullptr, parameters);
  return batch;
}

}  // namespace optimbench
