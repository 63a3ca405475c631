// The kernels of batch normalisation, which reduction.h precedes.
#pragma once

namespace optimbench {

// With the mean m, the variance v and n pixels of the batch, scale s and shift b, the layer computes
//
//   y = f (x - m) + b,  f = s / sqrt(v + epsilon)
//
// plus an addend, and then ReLU. With g the gradient of y, or 0 where ReLU is off, and the sums G = sum g and
// H = sum g (x - m) over the batch,
//
//   dL/db = G,  dL/ds = H / sqrt(v + epsilon),  dL/dx = f (g - G / n - (x - m) H / (n (v + epsilon)))
//
// x - m is computed as (x - origin) - (m - origin), where the origin is the batch's first pixel, or m itself outside
// training: deviations that are small relative to the mean keep their digits.
constexpr const char* kBatchNormSource = R"cuda(
// A thread's channel, and its pixels: from `first` on, every `step`. The threads of a block are rows of neighbouring
// channels.
struct Place {
  int tile, rows, row, tiles, channel, first, step;
  bool isActive;
};

__device__ Place placeOf(int channels) {
  Place place;
  const int threads = (int)blockDim.x, thread = (int)threadIdx.x, block = (int)blockIdx.x;
  place.tile = channels < threads ? channels : threads;
  place.rows = threads / place.tile;
  place.row = thread / place.tile;
  place.tiles = (channels + place.tile - 1) / place.tile;
  place.channel = block % place.tiles * place.tile + thread % place.tile;
  place.first = block / place.tiles * place.rows + place.row;
  place.step = (int)gridDim.x / place.tiles * place.rows;
  place.isActive = place.row < place.rows && place.channel < channels;
  return place;
}

// Merges what the rows of a block found, pairwise, into its first row. All threads call it.
template <typename Part>
__device__ void mergeRows(Part& mine, Part* shared, const Place& place) {
  const int thread = (int)threadIdx.x;
  shared[thread] = mine;
  __syncthreads();
  for (int left = place.rows; left > 1;) {
    const int half = (left + 1) / 2;
    if (place.row + half < left) {
      merge(mine, shared[thread + half * place.tile]);
      shared[thread] = mine;
    }
    __syncthreads();
    left = half;
  }
}

struct Moments {
  float count, mean, squares;  // of deviations from the origin; sum of squares about their mean
};

__device__ void merge(Moments& all, const Moments& more) {
  if (more.count == 0) return;
  const float count = all.count + more.count, delta = more.mean - all.mean, share = more.count / count;
  all.squares += more.squares + delta * delta * all.count * share;
  all.mean += delta * share;
  all.count = count;
}

// The mean of the deviations and the variance, [2, channels], and the running statistics.
extern "C" __global__ void batch_norm_measure(const float* input, float* partial, unsigned* counter, float* measured,
                                              float* runningMean, float* runningVariance, double momentum,
                                              int unbiased, int pixels, int channels) {
  __shared__ Moments shared[THREADS];
  const Place place = placeOf(channels);
  Moments mine = {0, 0, 0};
  if (place.isActive) {
    const float origin = input[place.channel];
#pragma unroll 4
    for (int pixel = place.first; pixel < pixels; pixel += place.step) {
      const float deviation = input[(long long)pixel * channels + place.channel] - origin;
      const float delta = deviation - mine.mean;
      mine.count += 1;
      mine.mean += delta / mine.count;
      mine.squares += delta * (deviation - mine.mean);
    }
  }
  mergeRows(mine, shared, place);
  const int blocks = (int)gridDim.x / place.tiles;
  if (place.isActive && place.row == 0) {
    float* of = partial + (long long)((int)blockIdx.x / place.tiles) * 3 * channels + place.channel;
    of[0] = mine.count;
    of[channels] = mine.mean;
    of[2 * channels] = mine.squares;
  }
  if (!isLastBlock(counter, gridDim.x)) return;
  for (int first = 0; first < channels; first += place.tile) {
    const int channel = first + (int)threadIdx.x % place.tile;
    Moments all = {0, 0, 0};
    if (place.row < place.rows && channel < channels)
      for (int block = place.row; block < blocks; block += place.rows) {
        const float* of = partial + (long long)block * 3 * channels + channel;
        merge(all, Moments{of[0], of[channels], of[2 * channels]});
      }
    mergeRows(all, shared, place);
    if (place.row > 0 || channel >= channels) continue;
    const double squares = all.squares, mean = (double)input[channel] + all.mean;
    const double corrected = squares / (unbiased && pixels > 1 ? pixels - 1 : pixels);
    measured[channel] = all.mean;
    measured[channels + channel] = (float)(squares / pixels);
    runningMean[channel] = (float)(momentum * runningMean[channel] + (1 - momentum) * mean);
    runningVariance[channel] = (float)(momentum * runningVariance[channel] + (1 - momentum) * corrected);
  }
}

// How one channel is normalised. Both directions compute the same bits of y, so they agree about ReLU.
struct Channel {
  float origin, mean, inverse, factor, shift;
  __device__ float deviation(float x) const { return x - origin - mean; }
  __device__ float value(float deviation) const { return fmaf(deviation, factor, shift); }
};

// `means`, `weight` and `bias` may be null.
__device__ Channel channelOf(int channel, const float* origins, const float* means, const float* variances,
                             const float* weight, const float* bias, double epsilon) {
  Channel of;
  of.origin = origins[channel];
  of.mean = means ? means[channel] : 0;
  of.inverse = 1 / sqrtf(variances[channel] + (float)epsilon);
  of.factor = weight ? weight[channel] * of.inverse : of.inverse;
  of.shift = bias ? bias[channel] : 0;
  return of;
}

extern "C" __global__ void batch_norm_forward(const float* input, const float* origins, const float* means,
                                              const float* variances, const float* weight, const float* bias,
                                              const float* addend, float* output, double epsilon, int pixels,
                                              int channels, int relu) {
  const Place place = placeOf(channels);
  if (!place.isActive) return;
  const Channel of = channelOf(place.channel, origins, means, variances, weight, bias, epsilon);
  for (int pixel = place.first; pixel < pixels; pixel += place.step) {
    const long long at = (long long)pixel * channels + place.channel;
    float value = of.value(of.deviation(input[at]));
    if (addend) value += addend[at];
    output[at] = relu && value <= 0 ? 0 : value;
  }
}

struct Sums {
  float gradients, products;
};

__device__ void merge(Sums& all, const Sums& more) {
  all.gradients += more.gradients;
  all.products += more.products;
}

// The sums G and H, [2, channels]. Adds to the gradients of weight and bias, which may be null. `output` is null if y
// has no addend.
extern "C" __global__ void batch_norm_sums(const float* outputGradient, const float* input, const float* output,
                                           const float* means, const float* variances, const float* weight,
                                           const float* bias, float* weightGradient, float* biasGradient,
                                           float* partial, unsigned* counter, float* sums, double epsilon, int pixels,
                                           int channels, int relu) {
  __shared__ Sums shared[THREADS];
  const Place place = placeOf(channels);
  Sums mine = {0, 0};
  if (place.isActive) {
    const Channel of = channelOf(place.channel, input, means, variances, weight, bias, epsilon);
#pragma unroll 4
    for (int pixel = place.first; pixel < pixels; pixel += place.step) {
      const long long at = (long long)pixel * channels + place.channel;
      const float gradient = outputGradient[at], deviation = of.deviation(input[at]);
      const bool isCut = relu && (output ? output[at] : of.value(deviation)) <= 0;
      mine.gradients += isCut ? 0 : gradient;
      mine.products += isCut ? 0 : gradient * deviation;
    }
  }
  mergeRows(mine, shared, place);
  if (place.isActive && place.row == 0) {
    float* of = partial + (long long)((int)blockIdx.x / place.tiles) * 2 * channels + place.channel;
    of[0] = mine.gradients;
    of[channels] = mine.products;
  }
  if (!isLastBlock(counter, gridDim.x)) return;
  sumOverBlocks(partial, (int)gridDim.x / place.tiles, 2 * channels, [=](int i, float total) {
    sums[i] = total;
    if (i < channels) {
      if (biasGradient) biasGradient[i] += total;
    } else if (weightGradient) {
      weightGradient[i - channels] += total / sqrtf(variances[i - channels] + (float)epsilon);
    }
  });
}

// `sums` is null if mean and variance are constants. Both results may be null.
extern "C" __global__ void batch_norm_backward(const float* outputGradient, const float* input, const float* output,
                                               const float* origins, const float* means, const float* variances,
                                               const float* weight, const float* bias, const float* sums,
                                               float* inputGradient, float* addendGradient, double epsilon, int pixels,
                                               int channels, int relu) {
  const Place place = placeOf(channels);
  if (!place.isActive) return;
  const Channel of = channelOf(place.channel, origins, means, variances, weight, bias, epsilon);
  const float offset = sums ? sums[place.channel] / pixels : 0;
  const float slope = sums ? sums[channels + place.channel] / pixels * of.inverse * of.inverse : 0;
  for (int pixel = place.first; pixel < pixels; pixel += place.step) {
    const long long at = (long long)pixel * channels + place.channel;
    const float deviation = of.deviation(input[at]);
    const bool isCut = relu && (output ? output[at] : of.value(deviation)) <= 0;
    const float gradient = isCut ? 0 : outputGradient[at];
    if (addendGradient) addendGradient[at] = gradient;
    if (inputGradient) inputGradient[at] = of.factor * (gradient - offset - deviation * slope);
  }
}
)cuda";

}  // namespace optimbench
