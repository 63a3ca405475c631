#include <algorithm>

#include "core/nn/layers/convolution_shape.h"
#include "device_layers.h"
#include "epilogue.h"
#include "pooled_gradients.h"
#include "small_convolution.h"

namespace optimbench {
namespace {

// libtorch computes the product and its gradients, unless the images have few channels.
class DeviceConvolution final : public Layer {
 public:
  DeviceConvolution(const LayerSpec& spec, Shape input, Shape product, Epilogue epilogue,
                    std::optional<SmallConvolution> small, std::optional<PooledGradients> pooled)
      : slots_(makeConv2d(spec, input)->parameters()),
        product_(product),
        convolution_(makeConv2d(withoutBias(spec), input)),
        epilogue_(std::move(epilogue)),
        small_(std::move(small)),
        pooled_(std::move(pooled)) {}

  std::vector<Slot> parameters() const override { return slots_; }

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    if (isSmall(frame)) {
      const at::Tensor images = input.contiguous(at::MemoryFormat::ChannelsLast);
      const auto [output, positions] =
          small_->forward(images, frame.parameters->at(0), bias(*frame.parameters), frame.training);
      if (frame.training) frame.saved = {images, positions};
      return output;
    }
    const at::Tensor product = convolution_->forward(input, frame);
    const auto [output, positions] = epilogue_.forward(product, bias(*frame.parameters), frame.addend, frame.training);
    if (frame.training) frame.saved.push_back(positions);
    return output;
  }

  at::Tensor backward(const at::Tensor& gradient, const Frame& frame) const override {
    const at::Tensor &images = frame.saved[0], &positions = frame.saved[1];
    if (isSmall(frame)) {
      small_->backward(images, gradient, positions, frame.gradients->at(0), bias(*frame.gradients));
      return {};
    }
    if (pooled_ && pooled_->suits(images.size(0)))
      return pooled_->backward(images, frame.parameters->at(0), gradient, positions, frame.gradients->at(0),
                               bias(*frame.gradients), frame.inputGradient);
    const auto [channels, height, width] = product_;
    const at::Tensor ofProduct =
        epilogue_.backward(gradient, positions, {images.size(0), channels, height, width}, bias(*frame.gradients));
    if (frame.addendGradient != nullptr) *frame.addendGradient = ofProduct;
    return convolution_->backward(ofProduct, frame);
  }

  LayerMemory memory(const Extent& extent) const override { return convolution_->memory(extent); }

 private:
  static LayerSpec withoutBias(LayerSpec spec) {
    spec.bias = false;
    return spec;
  }
  at::Tensor bias(const Views& views) const { return slots_.size() > 1 ? views[1] : at::Tensor(); }
  bool isSmall(const Frame& frame) const { return small_ && !frame.inputGradient; }

  std::vector<Slot> slots_;
  Shape product_;
  std::unique_ptr<Layer> convolution_;
  Epilogue epilogue_;
  std::optional<SmallConvolution> small_;
  std::optional<PooledGradients> pooled_;
};

int64_t outputs(int64_t size, int64_t padding, int64_t kernel, int64_t stride, int64_t dilation) {
  return (size + padding - (kernel - 1) * dilation - 1) / stride + 1;
}

}  // namespace

FusedLayers fuseDeviceConvolution(const std::vector<LayerSpec>& layers, size_t first, Shape input, at::Device device) {
  const LayerSpec& conv = layers[first];
  Chain chain(layers, first);
  std::array<int64_t, 2> pool{1, 1};
  if (const LayerSpec* pooling = chain.take(
          [](const LayerSpec& layer) { return isPooling(layer) && layer.kernel[0] * layer.kernel[1] < 255; }))
    pool = pooling->kernel;
  const std::optional<int64_t> addend = pool == std::array<int64_t, 2>{1, 1} ? chain.takeSum() : std::nullopt;
  const bool relu = chain.take(isRelu) != nullptr;
  const Shape product{
      conv.filters,
      outputs(input.height, conv.padding[0] + conv.padding[1], conv.kernel[0], conv.strides[0], conv.dilation[0]),
      outputs(input.width, conv.padding[2] + conv.padding[3], conv.kernel[1], conv.strides[1], conv.dilation[1])};
  const Shape output = chain.last().output;
  if (output.channels != product.channels || output.height != product.height / pool[0] ||
      output.width != product.width / pool[1] || output.height < 1 || output.width < 1)
    return {};
  auto small = addend ? std::nullopt : SmallConvolution::make(device, conv, input, output, pool, relu);
  if (!small && chain.count() == 1 && !conv.bias) return {};  // nothing to fuse
  auto pooled = PooledGradients::make(device, conv, input, output, pool);
  return {std::make_unique<DeviceConvolution>(conv, input, product, Epilogue::make(device, pool, relu),
                                              std::move(small), std::move(pooled)),
          chain.count(), addend};
}

}  // namespace optimbench
