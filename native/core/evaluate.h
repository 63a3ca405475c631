#pragma once

#include "api.h"
#include "dataset.h"
#include "loss.h"
#include "model.h"
#include "workers.h"

namespace optimbench {

// Loss and accuracy with the weights as they are.
Measured evaluate(const Model& model, const Loss& loss, const std::vector<Views>& parameters,
                  const std::vector<Views>& statistics, Workers& workers, const ResidentDataset& dataset,
                  const std::vector<uint32_t>& indices, const CancelFlag& cancel);

// Class probabilities [images, classes] for uint8 pixels [images, height, width, channels].
at::Tensor predict(const Model& model, const std::vector<Views>& parameters, const std::vector<Views>& statistics,
                   Workers& workers, const at::Tensor& pixels, const CancelFlag& cancel);

}  // namespace optimbench
