#include "core/nn/layer.h"

namespace optimbench {
namespace {

class Conv2d final : public Layer {
 public:
  Conv2d(const LayerSpec& spec, Shape input) : spec_(spec), input_(input), border_(spec.padding) {
    if (spec.kernel != Pair{1, 1} || spec.strides == Pair{1, 1} || spec.padding != std::array<int64_t, 4>{}) return;
    steps_ = spec.strides;
    spec_.strides = {1, 1};
  }

  std::vector<Slot> parameters() const override {
    std::vector<Slot> slots{{"weight",
                             {spec_.filters, spec_.kernel[0], spec_.kernel[1], input_.channels / spec_.groups},
                             spec_.weightLimit}};
    if (spec_.bias) slots.push_back({"bias", {spec_.filters}, spec_.biasLimit});
    for (Slot& slot : slots) slot.frozen = spec_.frozen;
    return slots;
  }

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    const at::Tensor padded =
        steps_ == Pair{1, 1} ? border_.add(input, 0) : subsampled(input).contiguous(at::MemoryFormat::ChannelsLast);
    if (frame.training) frame.saved = {padded};
    return at::convolution(padded, weight(*frame.parameters), spec_.bias ? frame.parameters->at(1) : at::Tensor(),
                           spec_.strides, border_.symmetric, spec_.dilation, false, {0, 0}, spec_.groups);
  }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame& frame) const override {
    const at::Tensor& padded = frame.saved[0];
    const bool byProduct = prefersProduct(padded, outputGradient);
    const auto [input, weightGradient, biasGradient] = at::convolution_backward(
        outputGradient, padded, weight(*frame.parameters),
        spec_.bias ? at::OptionalIntArrayRef(spec_.filters) : std::nullopt, spec_.strides, border_.symmetric,
        spec_.dilation, false, {0, 0}, spec_.groups, {frame.inputGradient, !byProduct, spec_.bias});
    if (byProduct)
      addProduct(padded, outputGradient, frame.gradients->at(0));
    else
      frame.addGradient(weight(*frame.gradients), weightGradient);
    if (spec_.bias) frame.addGradient(frame.gradients->at(1), biasGradient);
    return steps_ == Pair{1, 1} || !input.defined() ? border_.remove(input) : spread(input);
  }

  LayerMemory memory(const Extent& extent) const override {
    if (steps_ != Pair{1, 1}) return {.kept = extent.input / static_cast<double>(steps_[0] * steps_[1])};
    const double padded = border_.paddedBytes(extent, input_);
    return {.keepsInput = padded == 0, .kept = padded, .backward = padded};
  }

 private:
  using Pair = std::array<int64_t, 2>;

  // cuDNN's deterministic kernels for the weight gradient are slow unless the channels fill the tiles of the tensor
  // cores. The product with the patches is deterministic too: on an H100, it reduces paper-cnn's step at batch 32 from
  // 548 to 428 us.
  bool prefersProduct(const at::Tensor& padded, const at::Tensor& outputGradient) const {
    constexpr int64_t kTile = 16;              // channels
    constexpr int64_t kMostPatches = 1 << 26;  // values; bounds the memory of the patches to 256 MB
    const int64_t values = outputGradient.numel() / spec_.filters * spec_.kernel[0] * spec_.kernel[1] * padded.size(1);
    return !padded.device().is_cpu() && spec_.groups == 1 && padded.size(1) % kTile != 0 && values <= kMostPatches;
  }

  // Adds output gradient [filters, pixels] x patches [pixels, height x width x channels of the kernel].
  void addProduct(const at::Tensor& padded, const at::Tensor& outputGradient, const at::Tensor& weightGradient) const {
    const auto [rows, columns] = border_.symmetric;
    at::Tensor images = padded.permute({0, 2, 3, 1});
    if (rows > 0 || columns > 0) images = at::constant_pad_nd(images, {0, 0, columns, columns, rows, rows});
    images = images.contiguous();
    const int64_t row = images.stride(1), pixel = images.stride(2), channels = images.size(3);
    const auto [height, width] = spec_.kernel;
    const int64_t outputs = outputGradient.numel() / spec_.filters;
    const at::Tensor patches =
        images
            .as_strided({images.size(0), outputGradient.size(2), outputGradient.size(3), height, width, channels},
                        {images.stride(0), spec_.strides[0] * row, spec_.strides[1] * pixel, spec_.dilation[0] * row,
                         spec_.dilation[1] * pixel, 1})
            .reshape({outputs, height * width * channels});
    const at::Tensor gradient = outputGradient.permute({0, 2, 3, 1}).reshape({outputs, spec_.filters});
    weightGradient.view({spec_.filters, height * width * channels}).addmm_(gradient.t(), patches);
  }

  // A kernel of one pixel never reads the pixels between its strides, so they are removed first. (With unequal strides,
  // the backward pass of oneDNN in libtorch 2.15 writes out of bounds.)
  at::Tensor subsampled(const at::Tensor& images) const {
    return images.slice(2, 0, std::nullopt, steps_[0]).slice(3, 0, std::nullopt, steps_[1]);
  }

  at::Tensor spread(const at::Tensor& gradient) const {
    const at::Tensor all = at::empty({gradient.size(0), input_.channels, input_.height, input_.width},
                                     gradient.options(), at::MemoryFormat::ChannelsLast);
    subsampled(all.zero_()).copy_(gradient);
    return all;
  }

  // The operators' order [filters, channels / groups, height, width], in channels-last memory.
  static at::Tensor weight(const Views& views) { return views[0].permute({0, 3, 1, 2}); }

  LayerSpec spec_;
  Shape input_;
  Pair steps_{1, 1};  // strides of a kernel of one pixel
  Border border_;
};

}  // namespace

std::unique_ptr<Layer> makeConv2d(const LayerSpec& spec, Shape input) { return std::make_unique<Conv2d>(spec, input); }

}  // namespace optimbench
