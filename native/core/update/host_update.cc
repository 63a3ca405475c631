#include "host_update.h"

namespace optimbench {

void HostUpdate::step(at::Tensor& theta, at::Tensor& gradient, double learningRate) {
  const at::AutoDispatchBelowADInplaceOrView noAutograd;  // operator calls are faster without
  const auto t = static_cast<double>(update_.stepCount + 1);
  for (const Update::Block& block : update_.blocks())
    for (const Update::Part& part : block.parts) {
      const std::vector<Value> inputs = update_.inputs(block, part, theta, gradient, learningRate, t);
      std::vector<Value> values;
      if (part.schedule) {
        const at::Tensor evaluation = update_.evaluation().defined() ? part.of(update_.evaluation()) : at::Tensor();
        values = part.schedule->run(block.formula, part.nodes, inputs, evaluation, workers_);
      } else {
        for (size_t i = 0; i < part.nodes.size(); ++i)
          values.push_back(block.formula.run(i, part.nodes[i], values, inputs));
      }
      const auto isDone = [&](size_t i) { return part.schedule && part.schedule->isStored(i); };
      update_.store(block, part, inputs, values, theta, gradient, isDone);
    }
  ++update_.stepCount;
}

}  // namespace optimbench
