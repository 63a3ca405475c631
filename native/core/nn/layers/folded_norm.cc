#include "folded_norm.h"

#include <cmath>

namespace optimbench {

FoldedNorm::FoldedNorm(const LayerSpec& norm, int64_t channels)
    : epsilon_(norm.epsilon), scale_(norm.scale), center_(norm.center) {
  const std::unique_ptr<Layer> layer = makeBatchNorm2d(norm, {channels, 1, 1});
  parameters_ = layer->parameters();
  statistics_ = layer->statistics();
}

// y = f (x - m) + b, with f = s / sqrt(v + epsilon), of each output x.
void FoldedNorm::fold(const Views& parameters, const Views& statistics, at::Tensor& weight, at::Tensor& bias) const {
  weight = weight.clone();
  bias = bias.clone();
  const auto data = [](const at::Tensor& tensor) { return tensor.data_ptr<float>(); };
  const float *const mean = data(statistics[0]), *const variance = data(statistics[1]);
  const float* const scale = scale_ ? data(parameters[parameters.size() - parameters_.size()]) : nullptr;
  const float* const center = center_ ? data(parameters.back()) : nullptr;
  const int64_t channels = bias.numel(), size = weight.numel() / channels;
  for (int64_t c = 0; c < channels; ++c) {
    const double inverse = 1 / std::sqrt(variance[c] + epsilon_);
    const double factor = scale == nullptr ? inverse : scale[c] * inverse;
    float* const own = data(weight) + c * size;
    for (int64_t k = 0; k < size; ++k) own[k] = static_cast<float>(factor * own[k]);
    float& offset = data(bias)[c];
    offset = static_cast<float>(factor * (double{offset} - mean[c]) + (center == nullptr ? 0 : center[c]));
  }
}

bool isBatchNorm(const LayerSpec& layer) { return layer.kind == "batchNorm2d"; }

}  // namespace optimbench
