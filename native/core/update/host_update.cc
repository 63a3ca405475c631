#include "host_update.h"

namespace optimbench {
namespace {

// Elements of a part up to which one thread computes it: few ranges of a program, and operator calls that cost as much.
constexpr int64_t kSmallPart = 1 << 16;

}  // namespace

void HostUpdate::step(at::Tensor& theta, at::Tensor& gradient, double learningRate) {
  for (const Update::Block& block : update_.blocks()) {
    std::vector<const Update::Part*> small;
    for (const Update::Part& part : block.parts) {
      if (part.isWhole() || part.length > kSmallPart || !theta.is_cpu())
        step(block, part, theta, gradient, learningRate, workers_);
      else
        small.push_back(&part);
    }
    workers_.run(static_cast<int64_t>(small.size()),
                 [&](int64_t i) { step(block, *small[i], theta, gradient, learningRate, alone_); });
  }
  ++update_.stepCount;
}

void HostUpdate::step(const Update::Block& block, const Update::Part& part, at::Tensor& theta, at::Tensor& gradient,
                      double learningRate, Workers& workers) {
  const at::NoGradGuard noGradient;
  const at::AutoDispatchBelowADInplaceOrView noAutograd;  // operator calls are faster without
  const std::vector<Value> inputs =
      update_.inputs(block, part, theta, gradient, learningRate, static_cast<double>(update_.stepCount + 1));
  std::vector<Value> values;
  if (part.schedule) {
    const at::Tensor evaluation = update_.evaluation().defined() ? part.of(update_.evaluation()) : at::Tensor();
    values = part.schedule->run(block.formula, part.nodes, inputs, evaluation, workers);
  } else {
    for (size_t i = 0; i < part.nodes.size(); ++i)
      values.push_back(block.formula.run(i, part.nodes[i], values, inputs));
  }
  const auto isDone = [&](size_t i) { return part.schedule && part.schedule->isStored(i); };
  update_.store(block, part, inputs, values, theta, gradient, isDone);
}

}  // namespace optimbench
