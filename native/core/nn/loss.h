// A loss: a formula per sample in the logits z and the targets y; differentiated by autograd.
// Class weights belong to training alone: a sample counts as much as the largest class of its target, the first of
// several.
#pragma once

#include "core/api.h"
#include "core/formula/formula.h"

namespace optimbench {

class Loss {
 public:
  struct Result {
    at::Tensor values;    // [samples, 1]
    at::Tensor gradient;  // [samples, classes]: of the sum of values
  };

  explicit Loss(const LossSpec& spec);

  // Puts class weights and the like where the logits will be: else every step would copy them there.
  void moveTo(const at::TensorOptions& options);

  // logits, targets: [samples, classes]
  at::Tensor values(const at::Tensor& logits, const at::Tensor& targets) const;
  at::Tensor weightedValues(const at::Tensor& logits, const at::Tensor& targets) const;
  Result weightedValuesAndGradient(const at::Tensor& logits, const at::Tensor& targets) const;

 private:
  at::Tensor weigh(const at::Tensor& perSample, const at::Tensor& targets) const;

  Formula formula_;
  size_t result_;
  at::Tensor classWeights_;  // [classes, 1]; undefined for 1 each
};

}  // namespace optimbench
