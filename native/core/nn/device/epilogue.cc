#include "epilogue.h"

#include <string>

#include "core/runtime/device_compiler.h"
#include "pixel_blocks.h"
#include "reduction.h"

namespace optimbench {
namespace {

// As in libtorch's max-pooling, the first of equal pixels is taken, and NaN is larger than any number.
constexpr const char* kSource = R"cuda(
#define CUT 255

extern "C" __global__ void epilogue_forward(const float* product, const float* bias, const float* addend,
                                            float* output, unsigned char* positions, int pixels, int channels,
                                            int height, int width, int outputHeight, int outputWidth, int poolHeight,
                                            int poolWidth, int relu) {
  const int threads = (int)blockDim.x, thread = (int)threadIdx.x, block = (int)blockIdx.x;
  const int tile = channels < threads ? channels : threads, tiles = (channels + tile - 1) / tile;
  const int rows = threads / tile, row = thread / tile, channel = block % tiles * tile + thread % tile;
  if (row >= rows || channel >= channels) return;
  const float shift = bias ? bias[channel] : 0;
  for (int pixel = block / tiles * rows + row; pixel < pixels; pixel += (int)gridDim.x / tiles * rows) {
    const int x = pixel % outputWidth, y = pixel / outputWidth % outputHeight, n = pixel / outputWidth / outputHeight;
    const float* window =
        product + ((long long)(n * height + y * poolHeight) * width + x * poolWidth) * channels + channel;
    float best = window[0] + shift;
    int position = 0;
    for (int i = 0; i < poolHeight; ++i)
      for (int j = 0; j < poolWidth; ++j) {
        const float value = window[((long long)i * width + j) * channels] + shift;
        if (value > best || value != value) {
          best = value;
          position = i * poolWidth + j;
        }
      }
    const long long at = (long long)pixel * channels + channel;
    if (addend) best += addend[at];
    if (relu && best <= 0) {
      best = 0;
      position = CUT;
    }
    output[at] = best;
    if (positions) positions[at] = (unsigned char)position;
  }
}

extern "C" __global__ void epilogue_backward(const float* outputGradient, const unsigned char* positions,
                                             float* productGradient, float* biasGradient, float* partial,
                                             unsigned* counter, int pixels, int channels, int height, int width,
                                             int outputHeight, int outputWidth, int poolHeight, int poolWidth) {
  __shared__ float sums[THREADS];
  const int thread = (int)threadIdx.x, block = (int)blockIdx.x;
  const int tile = channels < THREADS ? channels : THREADS, tiles = (channels + tile - 1) / tile;
  const int rows = THREADS / tile, row = thread / tile, channel = block % tiles * tile + thread % tile;
  const int blocks = (int)gridDim.x / tiles;
  const bool isActive = row < rows && channel < channels;
  float sum = 0;
  if (isActive) {
#pragma unroll 4
    for (int pixel = block / tiles * rows + row; pixel < pixels; pixel += blocks * rows) {
      const int x = pixel % width, y = pixel / width % height, n = pixel / width / height;
      const int outputX = x / poolWidth, outputY = y / poolHeight;
      float gradient = 0;
      if (outputX < outputWidth && outputY < outputHeight) {
        const long long at = ((long long)(n * outputHeight + outputY) * outputWidth + outputX) * channels + channel;
        const float value = outputGradient[at];
        const int position = positions ? positions[at] : 0;
        if (position == y % poolHeight * poolWidth + x % poolWidth) gradient = value;
      }
      if (productGradient) productGradient[(long long)pixel * channels + channel] = gradient;
      sum += gradient;
    }
  }
  if (!biasGradient) return;
  sums[thread] = sum;
  __syncthreads();
  if (isActive && row == 0) {
    for (int other = 1; other < rows; ++other) sum += sums[other * tile + thread];
    partial[(long long)(block / tiles) * channels + channel] = sum;
  }
  if (!isLastBlock(counter, gridDim.x)) return;
  sumOverBlocks(partial, blocks, channels, [=](int i, float total) { biasGradient[i] += total; });
}
)cuda";

constexpr int64_t kForwardThreads = 256;
constexpr int64_t kMostForward = 4096;  // blocks
constexpr int64_t kMostBackward = 128;  // whose sums one block adds

}  // namespace

Epilogue Epilogue::make(at::Device device, std::array<int64_t, 2> pool, bool relu) {
  const std::string source = std::string(kReduction) + kSource;
  Epilogue epilogue;
  epilogue.pool_ = pool;
  epilogue.relu_ = relu;
  epilogue.forward_ = compileKernel(device, source, "epilogue_forward");
  epilogue.backward_ = compileKernel(device, source, "epilogue_backward");
  epilogue.counter_ = at::zeros({1}, at::TensorOptions(device).dtype(at::kInt));
  return epilogue;
}

Epilogue::Result Epilogue::forward(const at::Tensor& product, const at::Tensor& bias, const at::Tensor& addend,
                                   bool training) const {
  const at::Tensor added = addend.defined() ? addend.contiguous(at::MemoryFormat::ChannelsLast) : at::Tensor();
  const at::Tensor values = product.contiguous(at::MemoryFormat::ChannelsLast);
  const int64_t samples = values.size(0), channels = values.size(1), height = values.size(2), width = values.size(3);
  const int64_t outputHeight = height / pool_[0], outputWidth = width / pool_[1];
  Result result;
  result.output =
      at::empty({samples, channels, outputHeight, outputWidth}, values.options(), at::MemoryFormat::ChannelsLast);
  if (training && !passesGradient())
    result.positions = at::empty({result.output.numel()}, values.options().dtype(at::kByte));
  const int64_t pixels = samples * outputHeight * outputWidth;
  const PixelBlocks blocks(pixels, channels, kForwardThreads, kMostForward);
  launch(*forward_, blocks.count(), kForwardThreads, constData(values), constData(bias), constData(added),
         mutableData(result.output), mutableData<uint8_t>(result.positions), int(pixels), int(channels), int(height),
         int(width), int(outputHeight), int(outputWidth), int(pool_[0]), int(pool_[1]), int(relu_));
  return result;
}

at::Tensor Epilogue::backward(const at::Tensor& outputGradient, const at::Tensor& positions, at::IntArrayRef sizes,
                              const at::Tensor& biasGradient) const {
  const at::Tensor gradient = outputGradient.contiguous(at::MemoryFormat::ChannelsLast);
  if (passesGradient() && !biasGradient.defined()) return gradient;
  const int64_t channels = sizes[1], pixels = sizes[0] * sizes[2] * sizes[3];
  at::Tensor result = gradient;
  if (!passesGradient()) result = at::empty(sizes, gradient.options(), at::MemoryFormat::ChannelsLast);
  const PixelBlocks blocks(pixels, channels, kReductionThreads, kMostBackward);
  at::Tensor partial;
  if (biasGradient.defined()) partial = at::empty({blocks.rows * channels}, gradient.options());
  launch(*backward_, blocks.count(), kReductionThreads, constData(gradient), constData<uint8_t>(positions),
         passesGradient() ? nullptr : mutableData(result), mutableData(biasGradient), mutableData(partial),
         mutableData<int>(counter_), int(pixels), int(channels), int(sizes[2]), int(sizes[3]), int(gradient.size(2)),
         int(gradient.size(3)), int(pool_[0]), int(pool_[1]));
  return result;
}

}  // namespace optimbench
