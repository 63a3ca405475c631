#include "resident_dataset.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "core/runtime/device.h"

namespace optimbench {

ResidentDataset::ResidentDataset(const DatasetSpec& spec) : shape_(spec.shape) {
  const auto [channels, height, width] = spec.shape;
  const at::TensorOptions options(parseDevice(spec.device));
  images_ = at::empty({spec.count, height, width, channels}, options.dtype(at::kByte));
  labels_ = at::empty({spec.count}, options.dtype(at::kLong));
  targets_ = at::empty({spec.count, spec.classes}, options.dtype(at::kFloat));
}

void ResidentDataset::add(const DatasetPart& part) {
  if (part.count > count() - added_)
    throw std::runtime_error("the dataset was created for " + std::to_string(count()) + " images, and more were added");
  for (int64_t i = 0; i < part.count; ++i)
    if (part.labels[i] < 0 || part.labels[i] >= classes())
      throw std::runtime_error("labels[" + std::to_string(added_ + i) + "] is " + std::to_string(part.labels[i]) +
                               ", but there are " + std::to_string(classes()) + " classes");
  const auto rows = [&](const at::Tensor& all) { return all.narrow(0, added_, part.count); };
  const auto copy = [&](const at::Tensor& all, const void* data, at::ScalarType type) {
    const at::Tensor to = rows(all);
    to.copy_(at::from_blob(const_cast<void*>(data), to.sizes(), at::TensorOptions(type)));
  };
  copy(images_, part.images, at::kByte);
  copy(labels_, part.labels, at::kInt);
  if (part.targets != nullptr)
    copy(targets_, part.targets, at::kFloat);
  else
    rows(targets_).zero_().scatter_(1, rows(labels_).unsqueeze(1), 1);
  added_ += part.count;
  finish(device());  // before the caller frees its memory and sessions read on their own streams
}

int64_t ResidentDataset::bytes() const {
  return static_cast<int64_t>(images_.nbytes() + labels_.nbytes() + targets_.nbytes());
}

Batch ResidentDataset::batch(const at::Tensor& positions) const {
  return {device().is_cpu() ? gather(positions) : normalise(images_.index_select(0, positions)),
          targets_.index_select(0, positions), labels_.index_select(0, positions)};
}

// normalise() of the chosen images in one pass, with a table of the 256 values instead of a division per pixel.
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
    throw std::runtime_error("image " + std::to_string(*largest) + " is out of range: the dataset has " +
                             std::to_string(count()) + " images, counted from 0");
  return at::tensor(std::vector<int64_t>(indices.begin(), indices.end()), at::kLong).to(device());
}

at::Tensor normalise(const at::Tensor& pixels) { return pixels.div(255).permute({0, 3, 1, 2}); }

}  // namespace optimbench
