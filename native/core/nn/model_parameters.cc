// The parameters and statistics of a model: their names, initial values and places in one vector.
#include "model.h"

namespace optimbench {
namespace {

// A vector whose parts are taken one after another.
struct Source {
  const at::Tensor& vector;
  int64_t offset = 0;

  at::Tensor take(const Slot& slot) {
    const int64_t first = std::exchange(offset, offset + sizeOf(slot));
    return vector.narrow(0, first, sizeOf(slot)).view(slot.shape);
  }
};

}  // namespace

std::vector<TensorInfo> Model::parameters() const { return named(&Layer::parameters); }

std::vector<TensorInfo> Model::statistics() const { return named(&Layer::statistics); }

std::vector<TensorInfo> Model::named(std::vector<Slot> (Layer::*slots)() const) const {
  std::vector<TensorInfo> list;
  int64_t offset = 0, ofFrozen = 0;
  for (const Step& step : steps_)
    for (const Slot& slot : ((*step.layer).*slots)()) {
      int64_t& next = slot.frozen ? ofFrozen : offset;
      list.push_back({step.name + "." + slot.name, slot.shape, next, slot.frozen});
      next += sizeOf(slot);
    }
  return list;
}

std::pair<at::Tensor, at::Tensor> Model::initialParameters(uint64_t seed) const {
  const at::Tensor trained = at::empty({parameterCount_}), frozen = at::empty({frozenCount_});
  const std::vector<Views> views = parameterViews(trained, frozen);
  for (size_t i = 0; i < steps_.size(); ++i) {
    const auto slots = steps_[i].layer->parameters();
    for (size_t j = 0; j < slots.size(); ++j) {
      const at::Tensor& view = views[i][j];
      view.fill_(slots[j].center);
      if (slots[j].limit == 0) continue;
      const auto stream = randomStream(at::kCPU, seed, Purpose::initialWeights, {int64_t(steps_[i].first), int64_t(j)});
      view.uniform_(slots[j].center - slots[j].limit, slots[j].center + slots[j].limit, stream);
    }
  }
  return {trained, frozen};
}

at::Tensor Model::initialStatistics() const {
  const at::Tensor vector = at::empty({statisticsCount_});
  const std::vector<Views> views = statisticsViews(vector);
  for (size_t i = 0; i < steps_.size(); ++i) {
    const auto slots = steps_[i].layer->statistics();
    for (size_t j = 0; j < slots.size(); ++j) views[i][j].fill_(slots[j].center);
  }
  return vector;
}

std::vector<Views> Model::parameterViews(const at::Tensor& trained, const at::Tensor& frozen) const {
  Source ofTrained{trained}, ofFrozen{frozen};
  return cut(&Layer::parameters, [&](const Slot& slot) { return (slot.frozen ? ofFrozen : ofTrained).take(slot); });
}

std::vector<Views> Model::gradientViews(const at::Tensor& gradient) const {
  Source source{gradient};
  return cut(&Layer::parameters, [&](const Slot& slot) { return slot.frozen ? at::Tensor() : source.take(slot); });
}

std::vector<Views> Model::shardViews(const at::Tensor& gradient) const {
  Source source{gradient};
  return cut(&Layer::parameters,
             [&](const Slot& slot) { return slot.frozen || slot.ofBatch ? at::Tensor() : source.take(slot); });
}

std::vector<Views> Model::statisticsViews(const at::Tensor& vector) const {
  Source source{vector};
  return cut(&Layer::statistics, [&](const Slot& slot) { return source.take(slot); });
}

std::vector<Views> Model::cut(std::vector<Slot> (Layer::*slots)() const,
                              const std::function<at::Tensor(const Slot&)>& partOf) const {
  std::vector<Views> views;
  for (const Step& step : steps_) {
    views.emplace_back();
    for (const Slot& slot : ((*step.layer).*slots)()) views.back().push_back(partOf(slot));
  }
  return views;
}

int64_t Model::shardedCount() const {
  int64_t count = 0;
  for (const Range& range : sharded_) count += range.count;
  return count;
}

}  // namespace optimbench
