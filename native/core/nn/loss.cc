#include "loss.h"

#include <stdexcept>

#include "core/runtime/instruction_set.h"

namespace optimbench {

Loss::Loss(const LossSpec& spec)
    : formula_(spec.nodes, Formula::Reduce::classes, {"z", "y"}),
      result_(static_cast<size_t>(spec.result)),
      gradient_(static_cast<size_t>(spec.gradient)),
      isReference_(referenceKernels()) {
  for (const int64_t node : {spec.result, spec.gradient})
    if (node < 0 || node >= static_cast<int64_t>(spec.nodes.size()))
      throw std::runtime_error("loss: the result or the gradient is not a node");
  if (!spec.classWeights.empty()) classWeights_ = at::tensor(spec.classWeights, at::kDouble).unsqueeze(1);
}

void Loss::moveTo(const at::TensorOptions& options) {
  formula_.moveRowsTo(options);
  if (classWeights_.defined()) classWeights_ = classWeights_.to(options);
}

at::Tensor Loss::values(const at::Tensor& logits, const at::Tensor& targets) const {
  return valuesOf(formula_.run({logits, targets}, result_ + 1)[result_], logits);
}

at::Tensor Loss::valuesOf(const Value& result, const at::Tensor& logits) const {
  if (const auto* number = std::get_if<double>(&result))
    return at::full({logits.size(0), 1}, *number, logits.options());
  const at::Tensor& values = std::get<at::Tensor>(result);
  if (values.dim() == 2 && values.size(1) != 1) throw std::runtime_error("loss: expected one number per sample");
  return values.to(logits.scalar_type()).expand({logits.size(0), 1});  // a constant loss has no axis yet
}

at::Tensor Loss::weightedValues(const at::Tensor& logits, const at::Tensor& targets) const {
  return weigh(values(logits, targets), targets);
}

Loss::Result Loss::weightedValuesAndGradient(const at::Tensor& logits, const at::Tensor& targets) const {
  if (isReference_) return differentiated(logits, targets);
  const at::AutoDispatchBelowADInplaceOrView noAutograd;
  const std::vector<Value> all = formula_.run({logits, targets}, formula_.nodes().size());
  const auto* gradient = std::get_if<at::Tensor>(&all[gradient_]);  // a number if the loss does not depend on z
  return {weigh(valuesOf(all[result_], logits), targets),
          weigh(gradient == nullptr ? at::zeros_like(logits) : gradient->expand_as(logits), targets)};
}

Loss::Result Loss::differentiated(const at::Tensor& logits, const at::Tensor& targets) const {
  const at::AutoGradMode enabled(true);
  const at::Tensor leaf = logits.detach().requires_grad_(true);
  const at::Tensor values = this->values(leaf, targets);
  if (!values.requires_grad())
    return {weigh(values, targets), at::zeros_like(logits)};  // the loss does not depend on z
  const auto gradients = torch::autograd::grad({values.sum()}, {leaf}, {}, std::nullopt, false, /*allow_unused=*/true);
  const at::Tensor gradient = gradients[0].defined() ? gradients[0] : at::zeros_like(logits);
  return {weigh(values.detach(), targets), weigh(gradient, targets)};
}

at::Tensor Loss::weigh(const at::Tensor& perSample, const at::Tensor& targets) const {
  if (!classWeights_.defined()) return perSample;
  if (classWeights_.size(0) != targets.size(1)) throw std::runtime_error("loss: expected one weight per class");
  return perSample * classWeights_.to(perSample.scalar_type()).index_select(0, targets.argmax(1));
}

}  // namespace optimbench
