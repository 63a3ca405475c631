// Normalisations within a sample. They need no running statistics and are the same in training and evaluation.
// libtorch's operators lose deviations that are small relative to the mean (group normalisation in channels-last
// memory: up to 10% of the output at a mean of 1,000 deviations), so the mean is subtracted first. In exact arithmetic
// that changes nothing.
#include "core/nn/layer.h"

namespace optimbench {
namespace {

class SampleNorm : public Layer {
 public:
  SampleNorm(const LayerSpec& spec, Shape input) : spec_(spec), input_(input) {}

  std::vector<Slot> parameters() const override {
    std::vector<Slot> slots;
    if (spec_.scale) slots.push_back({"weight", {input_.channels}, 0, 1});
    if (spec_.center) slots.push_back({"bias", {input_.channels}});
    for (Slot& slot : slots) slot.frozen = spec_.frozen;
    return slots;
  }

  LayerMemory memory(const Extent&) const override { return {.keepsInput = true}; }

 protected:
  at::Tensor scale(const Frame& frame) const { return spec_.scale ? frame.parameters->at(0) : at::Tensor(); }
  at::Tensor center(const Frame& frame) const { return spec_.center ? frame.parameters->back() : at::Tensor(); }
  void addGradients(const Frame& frame, const at::Tensor& ofScale, const at::Tensor& ofCenter) const {
    if (spec_.scale) frame.addGradient(frame.gradients->at(0), ofScale);
    if (spec_.center) frame.addGradient(frame.gradients->back(), ofCenter);
  }

  LayerSpec spec_;
  Shape input_;
};

// Over the channels of each pixel.
class LayerNorm final : public SampleNorm {
 public:
  using SampleNorm::SampleNorm;

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    const at::Tensor pixels = input.permute({0, 2, 3, 1});
    const at::Tensor centred = (pixels - pixels.mean(3, /*keepdim=*/true)).contiguous();
    const auto [output, mean, inverseDeviation] =
        at::native_layer_norm(centred, {input_.channels}, scale(frame), center(frame), spec_.epsilon);
    if (frame.training) frame.saved = {centred, mean, inverseDeviation};
    return output.permute({0, 3, 1, 2});
  }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame& frame) const override {
    const auto [input, ofScale, ofCenter] = at::native_layer_norm_backward(
        outputGradient.permute({0, 2, 3, 1}).contiguous(), frame.saved[0], {input_.channels}, frame.saved[1],
        frame.saved[2], scale(frame), center(frame), {frame.inputGradient, spec_.scale, spec_.center});
    addGradients(frame, ofScale, ofCenter);
    return input.defined() ? input.permute({0, 3, 1, 2}) : input;
  }
};

// Over all pixels of each group of channels (Wu & He 2018).
class GroupNorm final : public SampleNorm {
 public:
  using SampleNorm::SampleNorm;

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    const int64_t groupSize = input_.channels / spec_.groups;
    const at::Tensor ofGroups = input.mean({2, 3}).view({-1, spec_.groups, groupSize}).mean(2, /*keepdim=*/true);
    const at::Tensor ofChannels = ofGroups.expand({-1, -1, groupSize}).reshape({-1, input_.channels, 1, 1});
    const at::Tensor centred = (input - ofChannels).contiguous(memory(input));
    const auto [output, mean, inverseDeviation] =
        at::native_group_norm(centred, scale(frame), center(frame), input.size(0), input_.channels,
                              input_.height * input_.width, spec_.groups, spec_.epsilon);
    if (frame.training) frame.saved = {centred, mean, inverseDeviation};
    return output;
  }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame& frame) const override {
    const auto [input, ofScale, ofCenter] = at::native_group_norm_backward(
        outputGradient.contiguous(memory(outputGradient)), frame.saved[0], frame.saved[1], frame.saved[2], scale(frame),
        outputGradient.size(0), input_.channels, input_.height * input_.width, spec_.groups,
        {frame.inputGradient, spec_.scale, spec_.center});
    addGradients(frame, ofScale, ofCenter);
    return input;
  }

 private:
  // The format that the operators require.
  static at::MemoryFormat memory(const at::Tensor& tensor) {
    return tensor.is_cpu() ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
  }
};

}  // namespace

std::unique_ptr<Layer> makeLayerNorm(const LayerSpec& spec, Shape input) {
  return std::make_unique<LayerNorm>(spec, input);
}
std::unique_ptr<Layer> makeGroupNorm(const LayerSpec& spec, Shape input) {
  return std::make_unique<GroupNorm>(spec, input);
}

}  // namespace optimbench
