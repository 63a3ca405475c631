#include "memory_needs.h"

#include <algorithm>

#include "core/nn/model.h"
#include "core/runtime/allocator.h"
#include "core/update/update.h"
#include "evaluate.h"
#include "lanes.h"

namespace optimbench {

MemoryNeeds memoryNeeds(const SessionSpec& spec, int64_t batchSize, int64_t images) {
  const Model model(spec);
  Workers workers(1);
  const at::Tensor theta = at::empty({model.parameterCount()}, at::TensorOptions(at::kFloat).device(at::kMeta));
  const Update update(spec.update, theta, model.parameters(), workers);
  const int64_t lanes = Lanes::count(batchSize, spec.microBatch);
  const int64_t samples = std::min(batchSize, spec.microBatch);

  // Each thread trains with one micro-batch at a time, and evaluates, before and after, with one chunk.
  const int64_t chunk = std::min(images, kChunk);
  const auto trainers = static_cast<double>(std::min(spec.threads, lanes));
  const auto evaluators = static_cast<double>(std::min(spec.threads, (images + kChunk - 1) / kChunk));
  const double loss =
      sizeof(float) * static_cast<double>(spec.classes) * 2 * static_cast<double>(spec.loss.nodes.size());
  const auto addTraining = [&](Ledger& ledger) {
    model.addMemory(ledger, samples, true, loss * static_cast<double>(samples));
  };
  const auto addEvaluation = [&](Ledger& ledger) {
    model.addMemory(ledger, chunk, false, loss * static_cast<double>(chunk));
  };
  Ledger training, evaluation, both;
  addTraining(training);
  addEvaluation(evaluation);
  addTraining(both);
  addEvaluation(both);
  const double inUse = std::max({trainers * training.peak(), evaluators * evaluation.peak(), update.temporaryBytes()});
  const double withKept = trainers * training.footprint() + evaluators * (both.footprint() - training.footprint()) +
                          update.temporaryBytes();

  const auto bytes = static_cast<double>(theta.nbytes());
  MemoryNeeds needs;
  needs.parameters = bytes;
  needs.gradients = bytes * static_cast<double>(1 + lanes);
  needs.lanes = lanes;
  needs.states = update.stateBytes();
  needs.evaluation = update.evaluation().defined() ? bytes : 0;
  needs.temporaries = inUse + std::clamp(withKept - inUse, 0.0, static_cast<double>(kCacheLimit));
  return needs;
}

}  // namespace optimbench
