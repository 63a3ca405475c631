#include "small_convolution.h"

#include <algorithm>

#include "core/runtime/device_compiler.h"
#include "pixel_blocks.h"
#include "reduction.h"

namespace optimbench {
namespace {

constexpr int64_t kMostTaps = 32;  // which a thread holds in registers
constexpr int64_t kFilters = 16;   // of a block in the backward pass
constexpr int64_t kForwardThreads = 256;
constexpr int64_t kMostForward = 4096;  // blocks
constexpr int64_t kMostRows = 64;       // blocks of each tile of filters in the backward pass

// The geometry precedes the source as macros, so that loops over the kernel are unrolled.
constexpr const char* kSource = R"cuda(
#define CUT 255
#define TAPS (KERNEL_HEIGHT * KERNEL_WIDTH * CHANNELS)
#define FILTERS 16
#define LANES (THREADS / FILTERS)
#define AT_ONCE 8

// A thread has one filter, and one pixel of the output after another.
extern "C" __global__ void small_convolution_forward(const float* images, const float* weight, const float* bias,
                                                     float* output, unsigned char* positions, int pixels, int filters,
                                                     int height, int width, int outputHeight, int outputWidth,
                                                     int relu) {
  const int threads = (int)blockDim.x, thread = (int)threadIdx.x, block = (int)blockIdx.x;
  const int tile = filters < threads ? filters : threads, tiles = (filters + tile - 1) / tile;
  const int rows = threads / tile, row = thread / tile, filter = block % tiles * tile + thread % tile;
  if (row >= rows || filter >= filters) return;
  float taps[TAPS];
#pragma unroll
  for (int i = 0; i < TAPS; ++i) taps[i] = weight[filter * TAPS + i];
  const float shift = bias ? bias[filter] : 0;
  for (int pixel = block / tiles * rows + row; pixel < pixels; pixel += (int)gridDim.x / tiles * rows) {
    const int x = pixel % outputWidth, y = pixel / outputWidth % outputHeight, n = pixel / outputWidth / outputHeight;
    float best = 0;
    int position = 0;
    for (int at = 0; at < POOL_HEIGHT * POOL_WIDTH; ++at) {
      const int top = (y * POOL_HEIGHT + at / POOL_WIDTH) * STRIDE_HEIGHT - PADDING_TOP;
      const int left = (x * POOL_WIDTH + at % POOL_WIDTH) * STRIDE_WIDTH - PADDING_LEFT;
      float value = 0;
#pragma unroll
      for (int i = 0; i < TAPS; ++i) {
        const int imageY = top + i / (KERNEL_WIDTH * CHANNELS), imageX = left + i / CHANNELS % KERNEL_WIDTH;
        if (imageY >= 0 && imageY < height && imageX >= 0 && imageX < width)
          value += taps[i] * images[((long long)(n * height + imageY) * width + imageX) * CHANNELS + i % CHANNELS];
      }
      value += shift;
      if (at == 0 || value > best || value != value) {
        best = value;
        position = at;
      }
    }
    if (relu && best <= 0) {
      best = 0;
      position = CUT;
    }
    const long long to = (long long)pixel * filters + filter;
    output[to] = best;
    if (positions) positions[to] = (unsigned char)position;
  }
}

// Each output has at most one pixel of the product with a gradient. A block has FILTERS filters, and each of its LANES
// other pixels. The sum after the last tap is the bias'.
extern "C" __global__ void small_convolution_backward(const float* images, const float* outputGradient,
                                                      const unsigned char* positions, float* weightGradient,
                                                      float* biasGradient, float* partial, unsigned* counters,
                                                      int pixels, int filters, int height, int width, int outputHeight,
                                                      int outputWidth) {
  __shared__ float lanes[AT_ONCE][THREADS];
  const int thread = (int)threadIdx.x;
  const int tiles = (filters + FILTERS - 1) / FILTERS, tile = (int)blockIdx.x % tiles, row = (int)blockIdx.x / tiles;
  const int rows = (int)gridDim.x / tiles, filter = tile * FILTERS + thread % FILTERS, lane = thread / FILTERS;
  float sums[TAPS + 1];
#pragma unroll
  for (int i = 0; i <= TAPS; ++i) sums[i] = 0;
  if (filter < filters)
    for (int pixel = row * LANES + lane; pixel < pixels; pixel += rows * LANES) {
      const long long from = (long long)pixel * filters + filter;
      const float gradient = outputGradient[from];
      const int position = positions ? positions[from] : 0;
      if (position == CUT) continue;
      const int x = pixel % outputWidth, y = pixel / outputWidth % outputHeight, n = pixel / outputWidth / outputHeight;
      const int top = (y * POOL_HEIGHT + position / POOL_WIDTH) * STRIDE_HEIGHT - PADDING_TOP;
      const int left = (x * POOL_WIDTH + position % POOL_WIDTH) * STRIDE_WIDTH - PADDING_LEFT;
#pragma unroll
      for (int i = 0; i < TAPS; ++i) {
        const int imageY = top + i / (KERNEL_WIDTH * CHANNELS), imageX = left + i / CHANNELS % KERNEL_WIDTH;
        if (imageY >= 0 && imageY < height && imageX >= 0 && imageX < width)
          sums[i] += gradient * images[((long long)(n * height + imageY) * width + imageX) * CHANNELS + i % CHANNELS];
      }
      sums[TAPS] += gradient;
    }
  float* mine = partial + (long long)tile * rows * (TAPS + 1) * FILTERS;  // [rows, TAPS + 1, FILTERS]
#pragma unroll
  for (int first = 0; first <= TAPS; first += AT_ONCE) {
#pragma unroll
    for (int i = first; i < first + AT_ONCE && i <= TAPS; ++i) lanes[i - first][thread] = sums[i];
    __syncthreads();
    const int i = first + thread / FILTERS;
    if (thread < AT_ONCE * FILTERS && i <= TAPS) {
      float sum = 0;
      for (int other = 0; other < LANES; ++other) sum += lanes[i - first][other * FILTERS + thread % FILTERS];
      mine[((long long)row * (TAPS + 1) + i) * FILTERS + thread % FILTERS] = sum;
    }
    __syncthreads();
  }
  if (!isLastBlock(counters + tile, rows)) return;
  sumOverBlocks(mine, rows, (TAPS + 1) * FILTERS, [=](int i, float total) {
    const int of = tile * FILTERS + i % FILTERS, tap = i / FILTERS;
    if (of >= filters) return;
    if (tap < TAPS)
      weightGradient[of * TAPS + tap] += total;
    else if (biasGradient)
      biasGradient[of] += total;
  });
}
)cuda";

std::string define(const std::string& name, int64_t value) {
  return "#define " + name + " " + std::to_string(value) + "\n";
}

}  // namespace

std::optional<SmallConvolution> SmallConvolution::make(at::Device device, const LayerSpec& conv, Shape input,
                                                       Shape output, std::array<int64_t, 2> pool, bool relu) {
  const int64_t taps = conv.kernel[0] * conv.kernel[1] * input.channels;
  if (conv.groups != 1 || conv.dilation != std::array<int64_t, 2>{1, 1} || taps > kMostTaps) return {};
  const std::string source = kReduction + define("CHANNELS", input.channels) + define("KERNEL_HEIGHT", conv.kernel[0]) +
                             define("KERNEL_WIDTH", conv.kernel[1]) + define("STRIDE_HEIGHT", conv.strides[0]) +
                             define("STRIDE_WIDTH", conv.strides[1]) + define("PADDING_TOP", conv.padding[0]) +
                             define("PADDING_LEFT", conv.padding[2]) + define("POOL_HEIGHT", pool[0]) +
                             define("POOL_WIDTH", pool[1]) + kSource;
  SmallConvolution small(input, output, relu, taps);
  small.forward_ = compileKernel(device, source, "small_convolution_forward");
  small.backward_ = compileKernel(device, source, "small_convolution_backward");
  const int64_t tiles = (conv.filters + kFilters - 1) / kFilters;
  small.counters_ = at::zeros({tiles}, at::TensorOptions(device).dtype(at::kInt));
  return small;
}

Epilogue::Result SmallConvolution::forward(const at::Tensor& images, const at::Tensor& weight, const at::Tensor& bias,
                                           bool training) const {
  const int64_t samples = images.size(0);
  const auto [filters, height, width] = output_;
  Epilogue::Result result;
  result.output = at::empty({samples, filters, height, width}, images.options(), at::MemoryFormat::ChannelsLast);
  if (training) result.positions = at::empty({result.output.numel()}, images.options().dtype(at::kByte));
  const int64_t pixels = samples * height * width;
  const PixelBlocks blocks(pixels, filters, kForwardThreads, kMostForward);
  launch(*forward_, blocks.count(), kForwardThreads, constData(images), constData(weight), constData(bias),
         mutableData(result.output), mutableData<uint8_t>(result.positions), int(pixels), int(filters),
         int(input_.height), int(input_.width), int(height), int(width), int(relu_));
  return result;
}

void SmallConvolution::backward(const at::Tensor& images, const at::Tensor& outputGradient, const at::Tensor& positions,
                                const at::Tensor& weightGradient, const at::Tensor& biasGradient) const {
  const at::Tensor gradient = outputGradient.contiguous(at::MemoryFormat::ChannelsLast);
  const auto [filters, height, width] = output_;
  const int64_t pixels = images.size(0) * height * width, tiles = (filters + kFilters - 1) / kFilters;
  const int64_t lanes = kReductionThreads / kFilters;
  const int64_t rows = std::clamp<int64_t>((pixels + lanes - 1) / lanes, 1, kMostRows);
  const at::Tensor partial = at::empty({tiles * rows * (taps_ + 1) * kFilters}, gradient.options());
  launch(*backward_, tiles * rows, kReductionThreads, constData(images), constData(gradient),
         constData<uint8_t>(positions), mutableData(weightGradient), mutableData(biasGradient), mutableData(partial),
         mutableData<int>(counters_), int(pixels), int(filters), int(input_.height), int(input_.width), int(height),
         int(width));
}

}  // namespace optimbench
