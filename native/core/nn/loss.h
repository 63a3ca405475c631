// A loss is a formula per sample in the logits z and the targets y, whose graph contains its gradient; with reference
// kernels, autograd computes the gradient. Class weights apply in training only: a sample has the weight of the largest
// class of its target, the first one if several are equal.
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

  // Moves constants such as class weights to the device of the logits, so that steps do not copy them.
  void moveTo(const at::TensorOptions& options);

  // logits, targets: [samples, classes]
  at::Tensor values(const at::Tensor& logits, const at::Tensor& targets) const;
  at::Tensor weightedValues(const at::Tensor& logits, const at::Tensor& targets) const;
  Result weightedValuesAndGradient(const at::Tensor& logits, const at::Tensor& targets) const;

 private:
  at::Tensor valuesOf(const Value& result, const at::Tensor& logits) const;
  Result differentiated(const at::Tensor& logits, const at::Tensor& targets) const;
  at::Tensor weigh(const at::Tensor& perSample, const at::Tensor& targets) const;

  Formula formula_;
  size_t result_;
  size_t gradient_;
  bool isReference_;
  at::Tensor classWeights_;  // [classes, 1]; undefined for 1 each
};

}  // namespace optimbench
