#include "layer.h"

#include <stdexcept>
#include <unordered_map>

namespace optimbench {

void Frame::addGradient(const at::Tensor& gradient, const at::Tensor& part) const {
  if (sums == nullptr || gradient.sizes() != part.sizes() || gradient.strides() != part.strides()) {
    gradient.add_(part);
    return;
  }
  sums->gradients.push_back(gradient);
  sums->parts.push_back(part);
}

int64_t sizeOf(const Slot& slot) {
  constexpr int64_t kMost = int64_t{1} << 50;
  int64_t size = 1;
  for (const int64_t length : slot.shape)
    if (__builtin_mul_overflow(size, length, &size) || size > kMost)
      throw std::runtime_error("'" + slot.name + "' has too many elements");
  return size;
}

std::unique_ptr<Layer> makeLayer(const LayerSpec& spec, Shape input) {
  static const std::unordered_map<std::string, std::unique_ptr<Layer> (*)(const LayerSpec&, Shape)> kinds{
      {"conv2d", makeConv2d},
      {"maxPool2d", makeMaxPool2d},
      {"averagePool2d", makeAveragePool2d},
      {"batchNorm2d", makeBatchNorm2d},
      {"dropout", makeDropout},
      {"flatten", makeFlatten},
      {"dense", makeDense},
      {"activation", makeActivation},
      {"globalMaxPool2d", makeGlobalMaxPool2d},
      {"globalAveragePool2d", makeGlobalAveragePool2d},
      {"zeroPadding2d", makeZeroPadding2d},
      {"spatialDropout2d", makeSpatialDropout2d},
      {"layerNorm", makeLayerNorm},
      {"groupNorm", makeGroupNorm},
      {"sum", makeSum},
  };
  const auto found = kinds.find(spec.kind);
  if (found == kinds.end()) throw std::runtime_error("unknown layer kind '" + spec.kind + "'");
  return found->second(spec, input);
}

}  // namespace optimbench
