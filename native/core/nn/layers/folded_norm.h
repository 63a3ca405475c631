// Batch normalisation outside training, where statistics are constants: an affine function of each channel, which the
// weights and the bias of the layer before it can contain.
#pragma once

#include "core/nn/layer.h"

namespace optimbench {

class FoldedNorm {
 public:
  FoldedNorm(const LayerSpec& norm, int64_t channels);

  const std::vector<Slot>& parameters() const { return parameters_; }
  const std::vector<Slot>& statistics() const { return statistics_; }

  // Folds into weights [channels, ...] and a bias. `parameters` are those of the layer, then those of the
  // normalisation.
  void fold(const Views& parameters, const Views& statistics, at::Tensor& weight, at::Tensor& bias) const;

 private:
  double epsilon_;
  bool scale_, center_;
  std::vector<Slot> parameters_, statistics_;
};

bool isBatchNorm(const LayerSpec& layer);

}  // namespace optimbench
