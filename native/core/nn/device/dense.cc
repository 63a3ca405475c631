#include "core/runtime/device_compiler.h"
#include "device_layers.h"
#include "epilogue.h"

namespace optimbench {
namespace {

// Sums are divided among 8 threads, whose parts are added in their order.
constexpr const char* kSource = R"cuda(
#define LANES 8

extern "C" __global__ void dense_forward(const float* rows, const float* weight, const float* bias, float* output,
                                         int samples, int inputs, int units, int relu) {
  __shared__ float sums[32 * LANES];
  const int thread = (int)threadIdx.x, lane = thread % LANES;
  const int at = (int)blockIdx.x * 32 + thread / LANES, sample = at / units, unit = at % units;
  float sum = 0;
  if (sample < samples) {
    const float* row = rows + (long long)sample * inputs;
    const float* weights = weight + (long long)unit * inputs;
#pragma unroll 8
    for (int i = lane; i < inputs; i += LANES) sum += row[i] * weights[i];
  }
  sums[thread] = sum;
  __syncthreads();
  if (lane > 0 || sample >= samples) return;
  for (int other = 1; other < LANES; ++other) sum += sums[thread + other];
  if (bias) sum += bias[unit];
  output[at] = relu && sum <= 0 ? 0 : sum;
}

// The output's gradient, which ReLU cuts where it made the output 0.
__device__ float cut(const float* gradient, const float* output, long long at) {
  const float value = gradient[at];
  return output && output[at] <= 0 ? 0 : value;
}

// The first blocks add to the gradients of the weights and, in a column after the inputs, of the bias; the others
// compute the gradient of the input. A block has 32 columns of a row.
extern "C" __global__ void dense_backward(const float* outputGradient, const float* output, const float* rows,
                                          const float* weight, float* weightGradient, float* biasGradient,
                                          float* inputGradient, int samples, int inputs, int units) {
  __shared__ float sums[32 * LANES];
  const int thread = (int)threadIdx.x, lane = thread / 32;
  const int weightTiles = inputs / 32 + 1, inputTiles = (inputs + 31) / 32;
  int block = (int)blockIdx.x;
  const bool isOfWeights = block < units * weightTiles;
  if (!isOfWeights) block -= units * weightTiles;
  const int tiles = isOfWeights ? weightTiles : inputTiles;
  const int row = block / tiles, column = block % tiles * 32 + thread % 32;
  float sum = 0;
  if (isOfWeights && column <= inputs) {
#pragma unroll 8
    for (int sample = lane; sample < samples; sample += LANES) {
      const float value = cut(outputGradient, output, (long long)sample * units + row);
      sum += column < inputs ? value * rows[(long long)sample * inputs + column] : value;
    }
  } else if (!isOfWeights && column < inputs) {
#pragma unroll 8
    for (int unit = lane; unit < units; unit += LANES)
      sum += cut(outputGradient, output, (long long)row * units + unit) * weight[(long long)unit * inputs + column];
  }
  sums[thread] = sum;
  __syncthreads();
  if (lane > 0) return;
  for (int other = 1; other < LANES; ++other) sum += sums[other * 32 + thread];
  if (!isOfWeights && column < inputs)
    inputGradient[(long long)row * inputs + column] = sum;
  else if (isOfWeights && column < inputs)
    weightGradient[(long long)row * inputs + column] += sum;
  else if (isOfWeights && column == inputs && biasGradient)
    biasGradient[row] += sum;
}
)cuda";

constexpr int64_t kThreads = 256;
// Multiplications up to which these kernels are used; libtorch's products are faster for more.
constexpr int64_t kMostProducts = int64_t{1} << 21;

class DeviceDense final : public Layer {
 public:
  DeviceDense(const LayerSpec& spec, int64_t inputs, std::unique_ptr<Layer> dense, bool relu, Epilogue epilogue,
              std::shared_ptr<const DeviceKernel> forward, std::shared_ptr<const DeviceKernel> backward)
      : dense_(std::move(dense)),
        slots_(dense_->parameters()),
        inputs_(inputs),
        units_(spec.filters),
        relu_(relu),
        epilogue_(std::move(epilogue)),
        forward_(std::move(forward)),
        backward_(std::move(backward)) {}

  std::vector<Slot> parameters() const override { return slots_; }

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    const at::Tensor rows = input.flatten(1).contiguous();
    const int64_t samples = rows.size(0);
    const at::Tensor& weight = frame.parameters->at(0);
    if (!isSmall(samples)) {
      const at::Tensor product = at::mm(rows, weight.t()).view({samples, units_, 1, 1});
      const auto [output, positions] = epilogue_.forward(product, bias(*frame.parameters), {}, frame.training);
      if (frame.training) frame.saved = {rows, positions};
      return output;
    }
    const at::Tensor output = at::empty({samples, units_}, rows.options());
    launch(*forward_, (samples * units_ + 31) / 32, kThreads, constData(rows), constData(weight),
           constData(bias(*frame.parameters)), mutableData(output), int(samples), int(inputs_), int(units_),
           int(relu_));
    if (frame.training) frame.saved = {rows, relu_ ? output : at::Tensor()};
    return output.view({samples, units_, 1, 1});
  }

  at::Tensor backward(const at::Tensor& gradient, const Frame& frame) const override {
    const at::Tensor& rows = frame.saved[0];
    const at::Tensor &weight = frame.parameters->at(0), &weightGradient = frame.gradients->at(0);
    const int64_t samples = rows.size(0);
    if (!isSmall(samples)) {
      const at::Tensor productGradient =
          epilogue_.backward(gradient, frame.saved[1], {samples, units_, 1, 1}, bias(*frame.gradients)).flatten(1);
      weightGradient.addmm_(productGradient.t(), rows);
      return frame.inputGradient ? productGradient.mm(weight).view({samples, inputs_, 1, 1}) : at::Tensor();
    }
    const at::Tensor outputGradient = gradient.flatten(1).contiguous();
    at::Tensor inputGradient;
    int64_t blocks = units_ * (inputs_ / 32 + 1);
    if (frame.inputGradient) {
      inputGradient = at::empty({samples, inputs_}, rows.options());
      blocks += samples * ((inputs_ + 31) / 32);
    }
    launch(*backward_, blocks, kThreads, constData(outputGradient), constData(frame.saved[1]), constData(rows),
           constData(weight), mutableData(weightGradient), mutableData(bias(*frame.gradients)),
           mutableData(inputGradient), int(samples), int(inputs_), int(units_));
    return frame.inputGradient ? inputGradient.view({samples, inputs_, 1, 1}) : at::Tensor();
  }

  LayerMemory memory(const Extent& extent) const override { return dense_->memory(extent); }

 private:
  bool isSmall(int64_t samples) const { return samples * inputs_ * units_ <= kMostProducts; }
  at::Tensor bias(const Views& views) const { return slots_.size() > 1 ? views[1] : at::Tensor(); }

  std::unique_ptr<Layer> dense_;
  std::vector<Slot> slots_;
  int64_t inputs_, units_;
  bool relu_;
  Epilogue epilogue_;
  std::shared_ptr<const DeviceKernel> forward_, backward_;
};

}  // namespace

FusedLayers fuseDeviceDense(const std::vector<LayerSpec>& layers, size_t first, Shape input, at::Device device) {
  Chain chain(layers, first);
  const bool relu = chain.take(isRelu) != nullptr;
  return {std::make_unique<DeviceDense>(layers[first], input.channels * input.height * input.width,
                                        makeDense(layers[first], input), relu, Epilogue::make(device, {1, 1}, relu),
                                        compileKernel(device, kSource, "dense_forward"),
                                        compileKernel(device, kSource, "dense_backward")),
          chain.count()};
}

}  // namespace optimbench
