#include "core/nn/layer.h"

namespace optimbench {
namespace {

constexpr double kLeastOfCudnn = 1e-5;  // epsilon

// Needs the whole batch at once, unless it is frozen and normalises by the running statistics.
class BatchNorm2d final : public Layer {
 public:
  BatchNorm2d(const LayerSpec& spec, Shape input) : spec_(spec), channels_(input.channels) {}

  std::vector<Slot> parameters() const override {
    std::vector<Slot> slots;
    if (spec_.scale) slots.push_back({"weight", {channels_}, 0, 1});
    if (spec_.center) slots.push_back({"bias", {channels_}});
    for (Slot& slot : slots) slot.frozen = spec_.frozen;
    return slots;
  }
  std::vector<Slot> statistics() const override {
    return {{"running_mean", {channels_}, 0, 0}, {"running_var", {channels_}, 0, 1}};
  }

  bool isDivisible() const override { return spec_.frozen; }

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    const at::Tensor &runningMean = frame.statistics->at(0), &runningVariance = frame.statistics->at(1);
    if (spec_.frozen && frame.training) {
      const at::Tensor output = (input - ofChannels(runningMean)).mul_(ofChannels(frozenFactor(frame)));
      return spec_.center ? output.add_(ofChannels(center(*frame.parameters))) : output;
    }
    const double count = static_cast<double>(input.numel() / channels_);
    const double unbiasing = count > 1 ? count / (count - 1) : 1;
    if (!input.device().is_cpu() && count > 1) return forwardOnDevice(input, frame, unbiasing);
    // The operator loses deviations that are small relative to the mean, so the mean is subtracted first.
    const at::Tensor centre = frame.training ? input.mean({0, 2, 3}) : runningMean;
    const at::Tensor centred = input - ofChannels(centre);
    const auto [output, mean, inverseDeviation] =
        at::native_batch_norm(centred, scale(*frame.parameters), center(*frame.parameters),
                              frame.training ? at::Tensor() : at::zeros_like(runningMean),
                              frame.training ? at::Tensor() : runningVariance, frame.training, 0, spec_.epsilon);
    if (frame.training) {
      frame.saved = {centred, mean, inverseDeviation};
      at::Tensor variance = inverseDeviation.pow(-2).sub_(spec_.epsilon).clamp_min_(0);
      if (spec_.unbiased && count > 1) variance.mul_(unbiasing);
      runningMean.mul_(spec_.momentum).add_(mean + centre, 1 - spec_.momentum);
      runningVariance.mul_(spec_.momentum).add_(variance, 1 - spec_.momentum);
    }
    return output;
  }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame& frame) const override {
    if (spec_.frozen) return outputGradient * ofChannels(frozenFactor(frame));
    const at::Tensor weight = scale(*frame.parameters);
    const auto& saved = frame.saved;
    const auto [input, scaleGradient, centerGradient] =
        saved.size() == 4
            ? at::cudnn_batch_norm_backward(saved[0], outputGradient, weight, {}, {}, saved[1], saved[2], spec_.epsilon,
                                            saved[3])
            : at::native_batch_norm_backward(outputGradient, saved[0], weight, {}, {}, saved[1], saved[2], true,
                                             spec_.epsilon, {frame.inputGradient, spec_.scale, true});
    if (spec_.scale) frame.addGradient(frame.gradients->at(0), scaleGradient);
    if (spec_.center) frame.addGradient(frame.gradients->back(), centerGradient);
    return frame.inputGradient ? input : at::Tensor();
  }

  LayerMemory memory(const Extent&) const override { return {.keepsInput = !spec_.frozen}; }

 private:
  // The operators of devices find the mean first, and also update the running statistics, with an unbiased variance.
  at::Tensor forwardOnDevice(const at::Tensor& input, Frame& frame, double unbiasing) const {
    const at::Tensor weight = scale(*frame.parameters), bias = center(*frame.parameters);
    const at::Tensor &mean = frame.statistics->at(0), &variance = frame.statistics->at(1);
    if (!frame.training)
      return std::get<0>(at::native_batch_norm(input, weight, bias, mean, variance, false, 0, spec_.epsilon));
    if (!spec_.unbiased) variance.mul_(unbiasing);
    at::Tensor output;
    frame.saved = {input, {}, {}};
    if (input.is_cuda() && spec_.scale && spec_.center && spec_.epsilon >= kLeastOfCudnn) {
      frame.saved.emplace_back();
      std::tie(output, frame.saved[1], frame.saved[2], frame.saved[3]) =
          at::cudnn_batch_norm(input, weight, bias, mean, variance, true, 1 - spec_.momentum, spec_.epsilon);
    } else {
      std::tie(output, frame.saved[1], frame.saved[2]) =
          at::native_batch_norm(input, weight, bias, mean, variance, true, 1 - spec_.momentum, spec_.epsilon);
    }
    if (!spec_.unbiased) variance.mul_(1 / unbiasing);
    return output;
  }

  at::Tensor frozenFactor(const Frame& frame) const {
    const at::Tensor inverseDeviation = (frame.statistics->at(1) + spec_.epsilon).rsqrt_();
    return spec_.scale ? inverseDeviation.mul_(scale(*frame.parameters)) : inverseDeviation;
  }
  at::Tensor ofChannels(const at::Tensor& values) const { return values.view({1, channels_, 1, 1}); }
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
