// A loss: a formula per sample in the logits z and the targets y; differentiated by autograd.
#pragma once

#include "api.h"
#include "formula.h"

namespace optimbench {

class Loss {
 public:
  struct Result {
    at::Tensor values;    // [samples, 1]
    at::Tensor gradient;  // [samples, classes]: of the sum of values; undefined if not asked for
  };

  explicit Loss(const LossSpec& spec);

  // Puts class weights and the like where the logits will be: else every step would copy them there.
  void place(const at::TensorOptions& options) { formula_.place(options); }

  // logits, targets: [samples, classes]
  at::Tensor values(const at::Tensor& logits, const at::Tensor& targets) const;
  Result valuesAndGradient(const at::Tensor& logits, const at::Tensor& targets) const;

 private:
  Formula formula_;
  size_t result_;
};

}  // namespace optimbench
