#include "dataset.h"

#include <algorithm>
#include <stdexcept>

#include "device.h"

namespace optimbench {

ResidentDataset::ResidentDataset(const DatasetSpec& spec) : shape_(spec.shape) {
  const auto [channels, height, width] = spec.shape;
  for (int64_t i = 0; i < spec.count; ++i)
    if (spec.labels[i] >= spec.classes)
      throw std::runtime_error("labels[" + std::to_string(i) + "] is " + std::to_string(spec.labels[i]) +
                               ", but there are " + std::to_string(spec.classes) + " classes");
  const at::Device device = parseDevice(spec.device);
  // clone: the caller's memory is only borrowed during this call.
  const auto copy = [&](const void* data, at::IntArrayRef sizes, at::ScalarType type) {
    return at::from_blob(const_cast<void*>(data), sizes, at::TensorOptions(type)).clone().to(device);
  };
  images_ = copy(spec.images, {spec.count, height, width, channels}, at::kByte);
  labels_ = copy(spec.labels, {spec.count}, at::kByte).to(at::kLong);
  targets_ = spec.targets == nullptr ? at::one_hot(labels_, spec.classes).to(at::kFloat)
                                     : copy(spec.targets, {spec.count, spec.classes}, at::kFloat);
}

int64_t ResidentDataset::bytes() const {
  return static_cast<int64_t>(images_.nbytes() + labels_.nbytes() + targets_.nbytes());
}

Batch ResidentDataset::batch(const at::Tensor& positions) const {
  return {normalise(images_.index_select(0, positions)), targets_.index_select(0, positions),
          labels_.index_select(0, positions)};
}

at::Tensor ResidentDataset::positions(const std::vector<uint32_t>& indices) const {
  const auto largest = std::max_element(indices.begin(), indices.end());
  if (largest != indices.end() && *largest >= count())
    throw std::runtime_error("order names image " + std::to_string(*largest) + ", but there are " +
                             std::to_string(count()) + " images");
  return at::tensor(std::vector<int64_t>(indices.begin(), indices.end()), at::kLong).to(device());
}

at::Tensor normalise(const at::Tensor& pixels) {
  return pixels.to(at::kFloat).div_(255).permute({0, 3, 1, 2});
}

}  // namespace optimbench
