#include "memory_needs.h"

#include <algorithm>

#include "core/nn/model.h"
#include "core/runtime/allocator.h"
#include "core/update/update.h"
#include "evaluate.h"
#include "gradient_shards.h"

namespace optimbench {

namespace {

// The pieces of work that threads compute, by their number of samples. All but the last of each kind have the same
// size.
struct Pieces {
  int64_t size = 0;           // of the largest
  int64_t atOnce = 0;         // how many of these run in parallel
  std::vector<int64_t> last;  // sizes of the smaller last ones
};

void addPieces(Pieces& pieces, int64_t images, int64_t most, int64_t threads) {
  pieces.size = std::max(pieces.size, std::min(images, most));
  pieces.atOnce = std::max(pieces.atOnce, std::min(threads, (images + most - 1) / most));
  if (images % most > 0) pieces.last.push_back(images % most);
}

Pieces trainingPieces(const PlannedWork& planned, int64_t most, int64_t threads) {
  Pieces pieces;
  for (const int64_t images : planned.trains)
    for (const int64_t batch : {std::min(images, planned.batchSize), images % planned.batchSize})
      addPieces(pieces, batch, most, threads);
  return pieces;
}

Pieces evaluationPieces(const SessionSpec& spec, const PlannedWork& planned) {
  Pieces pieces;
  for (const int64_t images : planned.evaluates) addPieces(pieces, images, kChunk, spec.threads);
  return pieces;
}

}  // namespace

MemoryNeeds memoryNeeds(const SessionSpec& spec, const PlannedWork& planned) {
  const Model model(spec), evaluationModel(spec, ModelUse::evaluation);
  const at::Tensor theta = at::empty({model.parameterCount()}, at::TensorOptions(at::kFloat).device(at::kMeta));
  const Update update(spec.update, theta, model.parameters());
  const int64_t microBatch = model.isDivisible() ? spec.microBatch : planned.batchSize;
  const int64_t shards = GradientShards::count(planned.batchSize, microBatch);

  const double loss = sizeof(float) * static_cast<double>(spec.classes) * static_cast<double>(spec.loss.nodes.size());
  // If layers need the whole batch, all of its micro-batches are one piece of training.
  const bool isWhole = model.stages() > 1;
  const auto pass = [&](Ledger& ledger, int64_t samples, bool training) {
    std::vector<int64_t> sizes;
    const int64_t most = training ? microBatch : samples;
    for (int64_t first = 0; first < samples; first += most) sizes.push_back(std::min(most, samples - first));
    (training ? model : evaluationModel).addMemory(ledger, sizes, std::min(spec.threads, shards), training, loss);
  };
  const Pieces trained = trainingPieces(planned, isWhole ? planned.batchSize : microBatch, isWhole ? 1 : spec.threads);
  const Pieces evaluated = evaluationPieces(spec, planned);
  const auto trainers = static_cast<double>(trained.atOnce), evaluators = static_cast<double>(evaluated.atOnce);
  Ledger training, evaluation, both, all;
  pass(training, trained.size, true);
  pass(evaluation, evaluated.size, false);
  for (Ledger* ledger : {&both, &all}) {
    pass(*ledger, trained.size, true);
    pass(*ledger, evaluated.size, false);
  }
  for (const int64_t samples : trained.last) pass(all, samples, true);
  for (const int64_t samples : evaluated.last) pass(all, samples, false);

  // Passes and updates alternate. The allocator caches freed blocks, up to its limit, for requests of the same size.
  const double inPasses = std::max(trainers * training.peak(), evaluators * evaluation.peak());
  const double ofPasses = trainers * training.footprint() + evaluators * (both.footprint() - training.footprint()) +
                          all.footprint() - both.footprint();
  const double inUpdate = update.temporaries().peak(), ofUpdate = update.temporaries().footprint();
  const auto withKept = [](double inUse, double all) {
    return inUse + std::clamp(all - inUse, 0.0, static_cast<double>(kCacheLimit));
  };
  const double temporaries = withKept(std::max(inPasses, inUpdate), ofPasses + ofUpdate);

  const auto bytes = static_cast<double>(theta.nbytes());
  MemoryNeeds needs;
  needs.parameters = bytes + sizeof(float) * static_cast<double>(model.frozenCount());
  needs.gradients = bytes + sizeof(float) * static_cast<double>(shards * model.shardedCount());
  needs.shards = shards;
  needs.states = update.stateBytes();
  needs.evaluation = update.evaluation().defined() ? bytes : 0;
  needs.update = inUpdate > inPasses ? withKept(inUpdate, ofUpdate) : temporaries - withKept(inPasses, ofPasses);
  const int64_t microBatches = (planned.batchSize + microBatch - 1) / microBatch;
  const int64_t samples = std::min(planned.batchSize, GradientShards::round(model, microBatches) * microBatch);
  needs.activations =
      temporaries - needs.update + static_cast<double>(samples) * model.factorBytes() + evaluationModel.preparedBytes();
  return needs;
}

}  // namespace optimbench
