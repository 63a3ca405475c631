#include "standardisation.h"

namespace optimbench {

Standardisation::Standardisation(const StandardisationSpec& spec, at::Device device) {
  if (spec.mean.empty()) return;
  const auto perChannel = [&](const std::vector<double>& values) {
    return at::tensor(values, at::kFloat).view({1, -1, 1, 1}).to(device);
  };
  mean_ = perChannel(spec.mean);
  deviation_ = perChannel(spec.standardDeviation);
}

void Standardisation::apply(const at::Tensor& images) const {
  if (mean_.defined()) images.sub_(mean_).div_(deviation_);
}

}  // namespace optimbench
