#pragma once

#include "core/api.h"
#include "core/data/resident_dataset.h"
#include "core/data/standardisation.h"
#include "core/nn/loss.h"
#include "core/nn/model.h"
#include "core/runtime/workers.h"

namespace optimbench {

constexpr int64_t kChunk = 32;  // images that a thread computes at a time on the CPU, so that activations fit its cache

// Measures loss and accuracy, and two metrics that are comparable across losses: the negative log-likelihood of the
// label under softmax(logits), and the expected calibration error (Guo et al. 2017, "On Calibration of Modern Neural
// Networks"). For the latter, images fall into 15 bins ((m - 1) / 15, m / 15] by their largest probability, and a bin
// adds |sum of these probabilities - number of correct answers|. The loss has class weights if `weighted`.
Measured evaluate(const Model& model, const Loss& loss, const std::vector<Views>& parameters,
                  const std::vector<Views>& statistics, Workers& workers, const Standardisation& standardisation,
                  const ResidentDataset& dataset, const std::vector<uint32_t>& indices, bool weighted,
                  const CancelFlag& cancel);

// Class probabilities [images, classes] for uint8 pixels [images, height, width, channels].
at::Tensor predict(const Model& model, const std::vector<Views>& parameters, const std::vector<Views>& statistics,
                   Workers& workers, const Standardisation& standardisation, const at::Tensor& pixels,
                   const CancelFlag& cancel);

}  // namespace optimbench
