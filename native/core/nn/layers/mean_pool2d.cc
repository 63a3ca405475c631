#include "core/kernels/mean_pool.h"
#include "core/nn/fused_layers.h"

namespace optimbench {
namespace {

class MeanPool2d final : public Layer {
 public:
  explicit MeanPool2d(MeanPool shape) : shape_(shape), kernels_(meanPoolKernels()) {}

  at::Tensor forward(const at::Tensor& input, Frame&) const override {
    const at::Tensor images = input.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor output =
        at::empty({images.size(0), shape_.channels, shape_.height / shape_.window[0], shape_.width / shape_.window[1]},
                  images.options(), at::MemoryFormat::ChannelsLast);
    kernels_.forward(shape_, images.size(0), images.const_data_ptr<float>(), output.data_ptr<float>());
    return output;
  }

  at::Tensor backward(const at::Tensor& gradient, const Frame&) const override {
    const at::Tensor outputGradient = gradient.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor imageGradient = at::empty({outputGradient.size(0), shape_.channels, shape_.height, shape_.width},
                                               outputGradient.options(), at::MemoryFormat::ChannelsLast);
    kernels_.backward(shape_, outputGradient.size(0), outputGradient.const_data_ptr<float>(),
                      imageGradient.data_ptr<float>());
    return imageGradient;
  }

  LayerMemory memory(const Extent&) const override { return {}; }

 private:
  MeanPool shape_;
  const MeanPoolKernels& kernels_;
};

}  // namespace

FusedLayers fuseMeanPool(const LayerSpec& layer, Shape input) {
  const MeanPool shape{input.channels, input.height, input.width, {layer.kernel[0], layer.kernel[1]}};
  if (layer.kernel != layer.strides || layer.padding != std::array<int64_t, 4>{} ||
      layer.output.height != input.height / shape.window[0] || layer.output.width != input.width / shape.window[1] ||
      layer.output.height == 0 || layer.output.width == 0 || layer.output.channels != input.channels)
    return {};
  return {std::make_unique<MeanPool2d>(shape), 1};
}

}  // namespace optimbench
