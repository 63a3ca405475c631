#include "core/nn/layer.h"

namespace optimbench {
namespace {

// Needs the whole batch at once.
class BatchNorm2d final : public Layer {
 public:
  BatchNorm2d(const LayerSpec& spec, Shape input) : spec_(spec), channels_(input.channels) {}

  std::vector<Slot> parameters() const override {
    std::vector<Slot> slots;
    if (spec_.scale) slots.push_back({"weight", {channels_}, 0, 1});
    if (spec_.center) slots.push_back({"bias", {channels_}});
    return slots;
  }
  std::vector<Slot> statistics() const override {
    return {{"running_mean", {channels_}, 0, 0}, {"running_var", {channels_}, 0, 1}};
  }

  bool isDivisible() const override { return false; }

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    const at::Tensor &runningMean = frame.statistics->at(0), &runningVariance = frame.statistics->at(1);
    // The operator loses deviations that are small relative to the mean, so the mean is subtracted first.
    const at::Tensor centre = frame.training ? input.mean({0, 2, 3}) : runningMean;
    const at::Tensor centred = input - centre.view({1, channels_, 1, 1});
    const auto [output, mean, inverseDeviation] =
        at::native_batch_norm(centred, scale(*frame.parameters), center(*frame.parameters),
                              frame.training ? at::Tensor() : at::zeros_like(runningMean),
                              frame.training ? at::Tensor() : runningVariance, frame.training, 0, spec_.epsilon);
    if (frame.training) {
      frame.saved = {centred, mean, inverseDeviation};
      const double count = static_cast<double>(input.numel() / channels_);
      at::Tensor variance = inverseDeviation.pow(-2).sub_(spec_.epsilon).clamp_min_(0);
      if (spec_.unbiased && count > 1) variance.mul_(count / (count - 1));
      runningMean.mul_(spec_.momentum).add_(mean + centre, 1 - spec_.momentum);
      runningVariance.mul_(spec_.momentum).add_(variance, 1 - spec_.momentum);
    }
    return output;
  }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame& frame) const override {
    const auto [input, scaleGradient, centerGradient] =
        at::native_batch_norm_backward(outputGradient, frame.saved[0], scale(*frame.parameters), {}, {}, frame.saved[1],
                                       frame.saved[2], true, spec_.epsilon, {frame.inputGradient, spec_.scale, true});
    if (spec_.scale) frame.gradients->at(0).add_(scaleGradient);
    if (spec_.center) frame.gradients->at(spec_.scale ? 1 : 0).add_(centerGradient);
    return input;
  }

  LayerMemory memory(const Extent&) const override { return {.keepsInput = true}; }

 private:
  at::Tensor scale(const Views& views) const { return spec_.scale ? views[0] : at::Tensor(); }
  at::Tensor center(const Views& views) const { return spec_.center ? views[spec_.scale ? 1 : 0] : at::Tensor(); }

  LayerSpec spec_;
  int64_t channels_;
};

}  // namespace

std::unique_ptr<Layer> makeBatchNorm2d(const LayerSpec& spec, Shape input) {
  return std::make_unique<BatchNorm2d>(spec, input);
}

}  // namespace optimbench
