#include "model.h"

#include <map>
#include <stdexcept>

namespace optimbench {
namespace {

int64_t sizeOf(const Slot& slot) {
  int64_t size = 1;
  for (const int64_t length : slot.shape) size *= length;
  return size;
}

int64_t sizeOf(const std::vector<Slot>& slots) {
  int64_t size = 0;
  for (const Slot& slot : slots) size += sizeOf(slot);
  return size;
}

Views cut(const at::Tensor& vector, const std::vector<Slot>& slots, int64_t& offset) {
  Views views;
  for (const Slot& slot : slots) {
    views.push_back(vector.narrow(0, offset, sizeOf(slot)).view(slot.shape));
    offset += sizeOf(slot);
  }
  return views;
}

}  // namespace

Model::Model(const SessionSpec& spec) {
  std::map<std::string, int> seen;
  Shape shape = spec.input;
  for (const LayerSpec& layer : spec.layers) {
    layers_.push_back(makeLayer(layer, shape));
    names_.push_back(layer.kind + "_" + std::to_string(seen[layer.kind]++));
    parameterCount_ += sizeOf(layers_.back()->parameters());
    statisticsCount_ += sizeOf(layers_.back()->statistics());
    shape = layer.output;
  }
  checkShapes(spec);
}

void Model::checkShapes(const SessionSpec& spec) const {
  const auto parameters = parameterViews(at::zeros({parameterCount_}));
  const auto statistics = statisticsViews(initialStatistics());
  std::vector<Frame> trial = frames(parameters, statistics);
  at::Tensor x = at::zeros({1, spec.input.height, spec.input.width, spec.input.channels}).permute({0, 3, 1, 2});
  for (size_t i = 0; i < layers_.size(); ++i) {
    x = layers_[i]->forward(x, trial[i]);
    const auto [channels, height, width] = spec.layers[i].output;
    const bool fits = x.dim() == 4 ? x.size(1) == channels && x.size(2) == height && x.size(3) == width
                                   : x.size(1) == channels && height == 1 && width == 1;
    if (!fits) {
      std::string got;
      for (const int64_t size : x.sizes().slice(1)) got += (got.empty() ? "" : " x ") + std::to_string(size);
      throw std::runtime_error("layers[" + std::to_string(i) + "] (" + names_[i] + ") gives " + got +
                               ", not the declared output");
    }
  }
  if (x.dim() != 2 || x.size(1) != spec.classes) throw std::runtime_error("the last layer does not give one logit a class");
}

std::vector<ParameterInfo> Model::parameters() const {
  std::vector<ParameterInfo> list;
  int64_t offset = 0;
  for (size_t i = 0; i < layers_.size(); ++i)
    for (const Slot& slot : layers_[i]->parameters()) {
      list.push_back({names_[i] + "." + slot.name, slot.shape, offset});
      offset += sizeOf(slot);
    }
  return list;
}

at::Tensor Model::initialParameters(uint64_t seed) const {
  const at::Tensor vector = at::empty({parameterCount_});
  int64_t offset = 0;
  for (size_t i = 0; i < layers_.size(); ++i) {
    const auto slots = layers_[i]->parameters();
    const Views views = cut(vector, slots, offset);
    for (size_t j = 0; j < slots.size(); ++j) {
      views[j].fill_(slots[j].center);
      if (slots[j].limit == 0) continue;
      const auto stream = randomStream(at::kCPU, seed, Purpose::initialWeights, {int64_t(i), int64_t(j)});
      views[j].uniform_(slots[j].center - slots[j].limit, slots[j].center + slots[j].limit, stream);
    }
  }
  return vector;
}

at::Tensor Model::initialStatistics() const {
  const at::Tensor vector = at::empty({statisticsCount_});
  int64_t offset = 0;
  for (const auto& layer : layers_) {
    const auto slots = layer->statistics();
    const Views views = cut(vector, slots, offset);
    for (size_t j = 0; j < slots.size(); ++j) views[j].fill_(slots[j].center);
  }
  return vector;
}

std::vector<Views> Model::parameterViews(const at::Tensor& vector) const {
  std::vector<Views> views;
  int64_t offset = 0;
  for (const auto& layer : layers_) views.push_back(cut(vector, layer->parameters(), offset));
  return views;
}

std::vector<Views> Model::statisticsViews(const at::Tensor& vector) const {
  std::vector<Views> views;
  int64_t offset = 0;
  for (const auto& layer : layers_) views.push_back(cut(vector, layer->statistics(), offset));
  return views;
}

std::vector<Frame> Model::frames(const std::vector<Views>& parameters, const std::vector<Views>& statistics) const {
  std::vector<Frame> frames(layers_.size());
  for (size_t i = 0; i < frames.size(); ++i) {
    frames[i].parameters = &parameters[i];
    frames[i].statistics = &statistics[i];
    frames[i].layer = static_cast<int64_t>(i);
    frames[i].inputGradient = i > 0;
  }
  return frames;
}

at::Tensor Model::forward(const at::Tensor& images, std::vector<Frame>& frames) const {
  const at::AutoDispatchBelowADInplaceOrView noAutograd;  // layers have gradients of their own
  at::Tensor x = images;
  for (size_t i = 0; i < layers_.size(); ++i) x = layers_[i]->forward(x, frames[i]);
  return x;
}

void Model::backward(const at::Tensor& logitsGradient, std::vector<Frame>& frames) const {
  const at::AutoDispatchBelowADInplaceOrView noAutograd;
  at::Tensor gradient = logitsGradient;
  for (size_t i = layers_.size(); i-- > 0 && gradient.defined();) {
    gradient = layers_[i]->backward(gradient, frames[i]);
    frames[i].saved.clear();
  }
}

}  // namespace optimbench
