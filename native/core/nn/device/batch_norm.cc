#include "batch_norm_source.h"
#include "core/runtime/device_compiler.h"
#include "device_layers.h"
#include "pixel_blocks.h"
#include "reduction.h"

namespace optimbench {
namespace {

constexpr int64_t kThreads = 256;
constexpr int64_t kMostBlocks = 4096;
constexpr int64_t kMostReduced = 256;  // blocks whose parts one block merges

class DeviceBatchNorm final : public Layer {
 public:
  DeviceBatchNorm(const LayerSpec& spec, Shape input, bool adds, bool relu, at::Device device)
      : plain_(makeBatchNorm2d(spec, input)),
        spec_(spec),
        channels_(input.channels),
        adds_(adds),
        relu_(relu),
        counter_(at::zeros({1}, at::TensorOptions(device).dtype(at::kInt))) {
    const std::string source = std::string(kReduction) + kBatchNormSource;
    measure_ = compileKernel(device, source, "batch_norm_measure");
    forward_ = compileKernel(device, source, "batch_norm_forward");
    sums_ = compileKernel(device, source, "batch_norm_sums");
    backward_ = compileKernel(device, source, "batch_norm_backward");
  }

  std::vector<Slot> parameters() const override { return plain_->parameters(); }
  std::vector<Slot> statistics() const override { return plain_->statistics(); }
  bool isDivisible() const override { return plain_->isDivisible(); }
  LayerMemory memory(const Extent& extent) const override { return plain_->memory(extent); }

  at::Tensor forward(const at::Tensor& images, Frame& frame) const override {
    const at::Tensor input = images.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor addend = adds_ ? frame.addend.contiguous(at::MemoryFormat::ChannelsLast) : at::Tensor();
    const int64_t pixels = input.numel() / channels_;
    const bool ofBatch = frame.training && !spec_.frozen;
    const at::Tensor measured = ofBatch ? measure(input, pixels, frame) : at::Tensor();
    const at::Tensor output = at::empty(input.sizes(), input.options(), at::MemoryFormat::ChannelsLast);
    const auto [origins, means, variances] = statisticsOf(frame, input, measured);
    launch(*forward_, PixelBlocks(pixels, channels_, kThreads, kMostBlocks).count(), kThreads, constData(input),
           origins, means, variances, constData(scale(*frame.parameters)), constData(shift(*frame.parameters)),
           constData(addend), mutableData(output), spec_.epsilon, int(pixels), int(channels_), int(relu_));
    if (frame.training) frame.saved = {input, measured, relu_ && adds_ ? output : at::Tensor()};
    return output;
  }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame& frame) const override {
    const at::Tensor &input = frame.saved[0], &measured = frame.saved[1], &output = frame.saved[2];
    const at::Tensor gradient = outputGradient.contiguous(at::MemoryFormat::ChannelsLast);
    const int64_t pixels = input.numel() / channels_;
    const auto [origins, means, variances] = statisticsOf(frame, input, measured);
    const float* const weight = constData(scale(*frame.parameters));
    const float* const bias = constData(shift(*frame.parameters));
    at::Tensor sums, inputGradient;
    if (!spec_.frozen) {
      const PixelBlocks blocks(pixels, channels_, kReductionThreads, kMostReduced);
      const at::Tensor partial = at::empty({blocks.rows * 2 * channels_}, gradient.options());
      sums = at::empty({2 * channels_}, gradient.options());
      launch(*sums_, blocks.count(), kReductionThreads, constData(gradient), constData(input), constData(output), means,
             variances, weight, bias, mutableData(scale(*frame.gradients)), mutableData(shift(*frame.gradients)),
             mutableData(partial), mutableData<int>(counter_), mutableData(sums), spec_.epsilon, int(pixels),
             int(channels_), int(relu_));
    }
    const auto make = [&] { return at::empty(input.sizes(), input.options(), at::MemoryFormat::ChannelsLast); };
    if (frame.inputGradient) inputGradient = make();
    at::Tensor addendGradient = adds_ && relu_ ? make() : at::Tensor();
    if (inputGradient.defined() || addendGradient.defined())
      launch(*backward_, PixelBlocks(pixels, channels_, kThreads, kMostBlocks).count(), kThreads, constData(gradient),
             constData(input), constData(output), origins, means, variances, weight, bias, constData(sums),
             mutableData(inputGradient), mutableData(addendGradient), spec_.epsilon, int(pixels), int(channels_),
             int(relu_));
    if (adds_) *frame.addendGradient = relu_ ? addendGradient : gradient;
    return inputGradient;
  }

 private:
  at::Tensor measure(const at::Tensor& input, int64_t pixels, const Frame& frame) const {
    const PixelBlocks blocks(pixels, channels_, kReductionThreads, kMostReduced);
    const at::Tensor partial = at::empty({blocks.rows * 3 * channels_}, input.options());
    const at::Tensor measured = at::empty({2, channels_}, input.options());
    launch(*measure_, blocks.count(), kReductionThreads, constData(input), mutableData(partial),
           mutableData<int>(counter_), mutableData(measured), mutableData(frame.statistics->at(0)),
           mutableData(frame.statistics->at(1)), spec_.momentum, int(spec_.unbiased), int(pixels), int(channels_));
    return measured;
  }

  // Of the batch if it was measured, else the running ones.
  struct Statistics {
    const float *origins, *means, *variances;
  };
  Statistics statisticsOf(const Frame& frame, const at::Tensor& input, const at::Tensor& measured) const {
    if (!measured.defined()) return {constData(frame.statistics->at(0)), nullptr, constData(frame.statistics->at(1))};
    return {constData(input), constData(measured), constData(measured) + channels_};
  }

  at::Tensor scale(const Views& views) const { return spec_.scale ? views[0] : at::Tensor(); }
  at::Tensor shift(const Views& views) const { return spec_.center ? views.back() : at::Tensor(); }

  std::unique_ptr<Layer> plain_;
  LayerSpec spec_;
  int64_t channels_;
  bool adds_, relu_;
  at::Tensor counter_;  // of finished blocks
  std::shared_ptr<const DeviceKernel> measure_, forward_, sums_, backward_;
};

}  // namespace

FusedLayers fuseDeviceBatchNorm(const std::vector<LayerSpec>& layers, size_t first, Shape input, at::Device device) {
  Chain chain(layers, first);
  const std::optional<int64_t> addend = chain.takeSum();
  const bool relu = chain.take(isRelu) != nullptr;
  return {std::make_unique<DeviceBatchNorm>(layers[first], input, addend.has_value(), relu, device), chain.count(),
          addend};
}

}  // namespace optimbench
