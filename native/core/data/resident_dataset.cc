#include "resident_dataset.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "core/runtime/device.h"

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
  targets_ = spec.targets == nullptr ? at::zeros({spec.count, spec.classes}, labels_.options().dtype(at::kFloat))
                                           .scatter_(1, labels_.unsqueeze(1), 1)
                                     : copy(spec.targets, {spec.count, spec.classes}, at::kFloat);
  finish(device);  // before sessions read it on their own streams
}

int64_t ResidentDataset::bytes() const {
  return static_cast<int64_t>(images_.nbytes() + labels_.nbytes() + targets_.nbytes());
}

Batch ResidentDataset::batch(const at::Tensor& positions) const {
  return {device().is_cpu() ? gather(positions) : normalise(images_.index_select(0, positions)),
          targets_.index_select(0, positions), labels_.index_select(0, positions)};
}

// normalise() of some images in one pass, with a division for each of the 256 values instead of each pixel.
at::Tensor ResidentDataset::gather(const at::Tensor& positions) const {
  static const std::array<float, 256> values = [] {
    std::array<float, 256> table{};
    for (size_t i = 0; i < table.size(); ++i) table[i] = static_cast<float>(i) / 255.0f;
    return table;
  }();
  const auto [channels, height, width] = shape_;
  const at::Tensor images = at::empty({positions.size(0), height, width, channels});
  const int64_t size = channels * height * width;
  const uint8_t* pixels = images_.const_data_ptr<uint8_t>();
  const int64_t* places = positions.const_data_ptr<int64_t>();
  float* next = images.mutable_data_ptr<float>();
  for (int64_t i = 0; i < positions.size(0); ++i)
    for (const uint8_t *pixel = pixels + places[i] * size, *end = pixel + size; pixel != end; ++pixel, ++next)
      *next = values[*pixel];
  return images.permute({0, 3, 1, 2});
}

at::Tensor ResidentDataset::positions(const std::vector<uint32_t>& indices) const {
  const auto largest = std::max_element(indices.begin(), indices.end());
  if (largest != indices.end() && *largest >= count())
    throw std::runtime_error("order names image " + std::to_string(*largest) + ", but there are " +
                             std::to_string(count()) + " images");
  return at::tensor(std::vector<int64_t>(indices.begin(), indices.end()), at::kLong).to(device());
}

at::Tensor normalise(const at::Tensor& pixels) { return pixels.to(at::kFloat).div_(255).permute({0, 3, 1, 2}); }

}  // namespace optimbench
