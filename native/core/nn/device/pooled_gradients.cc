#include "pooled_gradients.h"

#include "core/runtime/device_compiler.h"

namespace optimbench {
namespace {

// A block has 64 channels, and its sums are divided among 8 lanes, whose parts are added in their order. The first
// blocks have one weight of a filter each, the others one pixel of an image.
constexpr const char* kSource = R"cuda(
#define TILE 64
#define LANES 8

extern "C" __global__ void pooled_gradients(const float* images, const float* weight, const float* outputGradient,
                                            const unsigned char* positions, float* weightGradient, float* biasGradient,
                                            float* imageGradient, int outputs, int channels, int filters, int height,
                                            int width, int outputHeight, int outputWidth, int kernelHeight,
                                            int kernelWidth, int strideHeight, int strideWidth, int paddingHeight,
                                            int paddingWidth, int poolHeight, int poolWidth) {
  __shared__ float sums[TILE * LANES], totals[TILE * LANES];
  const int thread = (int)threadIdx.x, lane = thread / TILE;
  const int tiles = (channels + TILE - 1) / TILE, taps = kernelHeight * kernelWidth;
  const int channel = (int)blockIdx.x % tiles * TILE + thread % TILE;
  int block = (int)blockIdx.x / tiles;
  const bool isOfWeights = block < filters * taps;
  if (!isOfWeights) block -= filters * taps;
  const int filter = block / taps, tap = block % taps;
  float sum = 0, total = 0;
  if (isOfWeights) {
#pragma unroll 4
    for (int output = lane; output < outputs; output += LANES) {
      const int at = output * filters + filter, position = positions[at];
      const float gradient = position < poolHeight * poolWidth ? outputGradient[at] : 0;
      const int x = output % outputWidth, y = output / outputWidth % outputHeight;
      const int n = output / outputWidth / outputHeight;
      const int imageY = (y * poolHeight + position / poolWidth) * strideHeight - paddingHeight + tap / kernelWidth;
      const int imageX = (x * poolWidth + position % poolWidth) * strideWidth - paddingWidth + tap % kernelWidth;
      total += gradient;
      if (channel < channels && position < poolHeight * poolWidth && imageY >= 0 && imageY < height && imageX >= 0 &&
          imageX < width)
        sum += gradient * images[((n * height + imageY) * width + imageX) * channels + channel];
    }
  } else if (channel < channels) {
    const int x = block % width, y = block / width % height, n = block / width / height;
    // The windows with a pixel whose product reads this one.
    const int bottom = y + paddingHeight, right = x + paddingWidth;
    const int top = bottom - kernelHeight + 1, left = right - kernelWidth + 1;
    const int firstY = top > 0 ? (top + strideHeight - 1) / strideHeight / poolHeight : 0;
    const int firstX = left > 0 ? (left + strideWidth - 1) / strideWidth / poolWidth : 0;
    const int lastY = min(bottom / strideHeight / poolHeight, outputHeight - 1);
    const int lastX = min(right / strideWidth / poolWidth, outputWidth - 1);
    for (int outputY = firstY; outputY <= lastY; ++outputY)
      for (int outputX = firstX; outputX <= lastX; ++outputX) {
        const int output = (n * outputHeight + outputY) * outputWidth + outputX;
#pragma unroll 4
        for (int other = lane; other < filters; other += LANES) {
          const int at = output * filters + other, position = positions[at];
          const int kernelY = bottom - (outputY * poolHeight + position / poolWidth) * strideHeight;
          const int kernelX = right - (outputX * poolWidth + position % poolWidth) * strideWidth;
          if (position < poolHeight * poolWidth && kernelY >= 0 && kernelY < kernelHeight && kernelX >= 0 &&
              kernelX < kernelWidth)
            sum += outputGradient[at] *
                   weight[((other * kernelHeight + kernelY) * kernelWidth + kernelX) * channels + channel];
        }
      }
  }
  sums[thread] = sum;
  totals[thread] = total;
  __syncthreads();
  if (lane > 0 || channel >= channels) return;
  for (int other = 1; other < LANES; ++other) {
    sum += sums[other * TILE + thread];
    total += totals[other * TILE + thread];
  }
  if (!isOfWeights) {
    imageGradient[block * channels + channel] = sum;
    return;
  }
  weightGradient[(filter * taps + tap) * channels + channel] += sum;
  if (tap == 0 && channel == 0 && biasGradient) biasGradient[filter] += total;
}
)cuda";

constexpr int64_t kTile = 64;
constexpr int64_t kThreads = 512;
constexpr int64_t kMostProducts = int64_t{1} << 22;  // for which the kernel is used, in each direction
constexpr int64_t kMostValues = int64_t{1} << 28;    // whose offsets are 32-bit

}  // namespace

std::optional<PooledGradients> PooledGradients::make(at::Device device, const LayerSpec& conv, Shape input,
                                                     Shape output, std::array<int64_t, 2> pool) {
  const bool isPlain = conv.groups == 1 && conv.dilation == std::array<int64_t, 2>{1, 1} &&
                       conv.padding[0] == conv.padding[1] && conv.padding[2] == conv.padding[3] &&
                       conv.kernel[0] * conv.kernel[1] > 1;
  PooledGradients gradients(conv, input, output, pool);
  if (!isPlain || pool[0] * pool[1] == 1 || !gradients.suits(1)) return {};
  gradients.kernel_ = compileKernel(device, kSource, "pooled_gradients");
  return gradients;
}

bool PooledGradients::suits(int64_t samples) const {
  const int64_t weights = conv_.filters * conv_.kernel[0] * conv_.kernel[1] * input_.channels;
  return samples * output_.height * output_.width * weights <= kMostProducts &&
         samples * input_.height * input_.width * input_.channels <= kMostValues;
}

at::Tensor PooledGradients::backward(const at::Tensor& images, const at::Tensor& weight,
                                     const at::Tensor& outputGradient, const at::Tensor& positions,
                                     const at::Tensor& weightGradient, const at::Tensor& biasGradient,
                                     bool inputGradient) const {
  const at::Tensor values = images.contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor gradient = outputGradient.contiguous(at::MemoryFormat::ChannelsLast);
  const auto [channels, height, width] = input_;
  const int64_t samples = values.size(0);
  at::Tensor result;
  int64_t blocks = conv_.filters * conv_.kernel[0] * conv_.kernel[1];
  if (inputGradient) {
    result = at::empty({samples, channels, height, width}, values.options(), at::MemoryFormat::ChannelsLast);
    blocks += samples * height * width;
  }
  launch(*kernel_, blocks * ((channels + kTile - 1) / kTile), kThreads, constData(values), constData(weight),
         constData(gradient), constData<uint8_t>(positions), mutableData(weightGradient), mutableData(biasGradient),
         mutableData(result), int(samples * output_.height * output_.width), int(channels), int(conv_.filters),
         int(height), int(width), int(output_.height), int(output_.width), int(conv_.kernel[0]), int(conv_.kernel[1]),
         int(conv_.strides[0]), int(conv_.strides[1]), int(conv_.padding[0]), int(conv_.padding[2]), int(pool_[0]),
         int(pool_[1]));
  return result;
}

}  // namespace optimbench
