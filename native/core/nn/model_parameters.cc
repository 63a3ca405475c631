// The parameters and statistics of a model: their names, initial values and places in one vector.
#include "model.h"

namespace optimbench {
namespace {

// With `inShard`, slots of the batch have no part.
Views cut(const at::Tensor& vector, const std::vector<Slot>& slots, int64_t& offset, bool inShard = false) {
  Views views;
  for (const Slot& slot : slots) {
    if (inShard && slot.ofBatch) {
      views.emplace_back();
      continue;
    }
    views.push_back(vector.narrow(0, offset, sizeOf(slot)).view(slot.shape));
    offset += sizeOf(slot);
  }
  return views;
}

}  // namespace

std::vector<TensorInfo> Model::parameters() const { return named(&Layer::parameters); }

std::vector<TensorInfo> Model::statistics() const { return named(&Layer::statistics); }

std::vector<TensorInfo> Model::named(std::vector<Slot> (Layer::*slots)() const) const {
  std::vector<TensorInfo> list;
  int64_t offset = 0;
  for (const Step& step : steps_)
    for (const Slot& slot : ((*step.layer).*slots)()) {
      list.push_back({step.name + "." + slot.name, slot.shape, offset});
      offset += sizeOf(slot);
    }
  return list;
}

at::Tensor Model::initialParameters(uint64_t seed) const {
  const at::Tensor vector = at::empty({parameterCount_});
  int64_t offset = 0;
  for (size_t i = 0; i < steps_.size(); ++i) {
    const auto slots = steps_[i].layer->parameters();
    const Views views = cut(vector, slots, offset);
    for (size_t j = 0; j < slots.size(); ++j) {
      views[j].fill_(slots[j].center);
      if (slots[j].limit == 0) continue;
      const auto stream = randomStream(at::kCPU, seed, Purpose::initialWeights, {int64_t(steps_[i].first), int64_t(j)});
      views[j].uniform_(slots[j].center - slots[j].limit, slots[j].center + slots[j].limit, stream);
    }
  }
  return vector;
}

at::Tensor Model::initialStatistics() const {
  const at::Tensor vector = at::empty({statisticsCount_});
  int64_t offset = 0;
  for (const Step& step : steps_) {
    const auto slots = step.layer->statistics();
    const Views views = cut(vector, slots, offset);
    for (size_t j = 0; j < slots.size(); ++j) views[j].fill_(slots[j].center);
  }
  return vector;
}

std::vector<Views> Model::parameterViews(const at::Tensor& vector) const {
  std::vector<Views> views;
  int64_t offset = 0;
  for (const Step& step : steps_) views.push_back(cut(vector, step.layer->parameters(), offset));
  return views;
}

std::vector<Views> Model::shardViews(const at::Tensor& gradient) const {
  std::vector<Views> views;
  int64_t offset = 0;
  for (const Step& step : steps_) views.push_back(cut(gradient, step.layer->parameters(), offset, true));
  return views;
}

int64_t Model::shardedCount() const {
  int64_t count = 0;
  for (const Range& range : sharded_) count += range.count;
  return count;
}

std::vector<Views> Model::statisticsViews(const at::Tensor& vector) const {
  std::vector<Views> views;
  int64_t offset = 0;
  for (const Step& step : steps_) views.push_back(cut(vector, step.layer->statistics(), offset));
  return views;
}

}  // namespace optimbench
