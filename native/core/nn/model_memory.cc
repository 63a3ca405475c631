// The memory of a pass through the model: forward and backward of model.cc, with a ledger in place of tensors.
#include <set>
#include <span>
#include <utility>

#include "model.h"

namespace optimbench {
namespace {

// Reference-counted memory: values, what is saved for backward, gradients.
class Blocks {
 public:
  explicit Blocks(Ledger& ledger) : ledger_(ledger) {}
  size_t make(double bytes) {
    blocks_.push_back({bytes, 0});
    return blocks_.size() - 1;
  }
  void hold(size_t block) {
    if (blocks_[block].holders++ == 0) ledger_.take(blocks_[block].bytes);
  }
  void drop(size_t block) {
    if (--blocks_[block].holders == 0) ledger_.give(blocks_[block].bytes);
  }

 private:
  struct Block {
    double bytes;
    int holders;
  };
  Ledger& ledger_;
  std::vector<Block> blocks_;
};

constexpr size_t kNone = ~size_t{0};

}  // namespace

// A micro-batch on its way through the model, as Walk. A step is begun, then ended: between, it needs its temporaries.
class Model::WalkMemory {
 public:
  WalkMemory(const Model& model, Ledger& ledger, int64_t samples, bool training)
      : model_(model),
        blocks_(ledger),
        samples_(static_cast<double>(samples)),
        training_(training),
        values_(model.shapes_.size(), kNone),
        gradients_(model.shapes_.size(), kNone),
        saved_(model.steps_.size()) {}

  void beginForward(size_t i) {
    const Step& step = model_.steps_[i];
    if (i == 0) begin();
    input_ = step.inputs.size() == 1 ? values_[step.inputs[0]] : blocks_.make(bytesOf(step.inputs[0]));
    hold(input_);
    if (step.addend) hold(addend_ = values_[*step.addend]);
    std::set<size_t> used(step.inputs.begin(), step.inputs.end());
    if (step.addend) used.insert(*step.addend);
    for (const size_t value : used)
      if (model_.lastUse_[value] == i) blocks_.drop(values_[value]);
    const LayerMemory memory = memoryOf(step);
    const size_t output = values_[step.output] = memory.isView ? input_ : blocks_.make(bytesOf(step.output));
    hold(output);
    if (training_) {
      if (memory.keepsInput) saved_[i].push_back(input_);
      if (memory.keepsOutput) saved_[i].push_back(output);
      if (memory.kept > 0) saved_[i].push_back(blocks_.make(memory.kept));
      for (const size_t block : saved_[i]) hold(block);
    }
    hold(work_ = blocks_.make(memory.forward + (training_ ? 0 : memory.kept)));
  }

  void endForward() {
    blocks_.drop(work_);
    blocks_.drop(input_);
    if (addend_ != kNone) blocks_.drop(std::exchange(addend_, kNone));
  }

  void loss(double bytes) {  // the logits stay alive
    hold(work_ = blocks_.make(bytes * samples_));
    blocks_.drop(work_);
    if (training_) hold(gradients_.back() = blocks_.make(bytesOf(gradients_.size() - 1)));
  }

  void beginBackward(size_t i) {
    const Step& step = model_.steps_[i];
    if (gradients_[step.output] == kNone) return;
    const LayerMemory memory = memoryOf(step);
    const bool isWanted = std::ranges::any_of(step.inputs, [&](size_t value) { return model_.learns_[value]; });
    hold(input_ = memory.isView ? gradients_[step.output] : blocks_.make(isWanted ? bytesOf(step.inputs[0]) : 0));
    hold(work_ = blocks_.make(memory.backward));
  }

  void endBackward(size_t i) {
    const Step& step = model_.steps_[i];
    if (gradients_[step.output] != kNone) {
      blocks_.drop(work_);
      for (const size_t value : step.inputs) {
        if (!model_.learns_[value]) continue;
        const size_t before = gradients_[value];
        hold(gradients_[value] = before == kNone ? input_ : blocks_.make(bytesOf(value)));
        if (before != kNone) blocks_.drop(before);
      }
      blocks_.drop(input_);
      blocks_.drop(gradients_[step.output]);
    }
    for (const size_t block : saved_[i]) blocks_.drop(block);
  }

  void end() {
    if (gradients_[0] != kNone) blocks_.drop(gradients_[0]);
    if (!training_) blocks_.drop(images_);
    blocks_.drop(values_.back());
  }

 private:
  void begin() {
    hold(images_ = values_[0] = blocks_.make(bytesOf(0)));
    if (!training_) hold(images_);  // by the batch
  }
  void hold(size_t block) { blocks_.hold(block); }
  double bytesOf(size_t value) const {
    const auto [channels, height, width] = model_.shapes_[value];
    return sizeof(float) * samples_ * static_cast<double>(channels) * static_cast<double>(height) *
           static_cast<double>(width);
  }
  LayerMemory memoryOf(const Step& step) const {
    return step.layer->memory({samples_, bytesOf(step.inputs[0]), bytesOf(step.output), training_});
  }

  const Model& model_;
  Blocks blocks_;
  double samples_;
  bool training_;
  std::vector<size_t> values_;
  std::vector<size_t> gradients_;
  std::vector<std::vector<size_t>> saved_;  // by each step
  size_t images_ = kNone;
  size_t input_ = kNone, addend_ = kNone, work_ = kNone;  // of the present step
};

double Model::preparedBytes() const {
  double bytes = 0;
  for (const Step& step : steps_) bytes += step.layer->preparedBytes();
  return bytes;
}

void Model::addMemory(Ledger& ledger, const std::vector<int64_t>& sizes, int64_t atOnce, bool training,
                      double lossBytes) const {
  std::vector<WalkMemory> walks;
  for (const int64_t size : sizes) walks.emplace_back(*this, ledger, size, training);
  using Group = std::span<WalkMemory>;  // computed at the same time
  const auto forGroups = [&](const auto& work) {
    for (size_t first = 0; first < walks.size(); first += static_cast<size_t>(atOnce))
      work(Group(walks).subspan(first, std::min(static_cast<size_t>(atOnce), walks.size() - first)));
  };
  const auto backwardStep = [](Group group, size_t i) {
    for (WalkMemory& walk : group) walk.beginBackward(i);
    for (WalkMemory& walk : group) walk.endBackward(i);
  };
  const auto backward = [&](Group group, size_t stage) {
    if (endOf(stage) < steps_.size()) backwardStep(group, endOf(stage));
    for (size_t i = endOf(stage); i-- > stages_[stage] + (stage > 0 ? 1 : 0);) backwardStep(group, i);
  };
  const size_t last = stages() - 1;
  for (size_t stage = 0; stage <= last; ++stage)
    forGroups([&](Group group) {
      for (size_t i = stages_[stage]; i < endOf(stage); ++i) {
        for (WalkMemory& walk : group) walk.beginForward(i);
        for (WalkMemory& walk : group) walk.endForward();
      }
      if (stage < last) return;
      for (WalkMemory& walk : group) walk.loss(lossBytes);
      if (training) backward(group, last);
      if (!training || last == 0)
        for (WalkMemory& walk : group) walk.end();
    });
  if (!training) return;
  for (size_t stage = last; stage-- > 0;)
    forGroups([&](Group group) {
      backward(group, stage);
      if (stage == 0)
        for (WalkMemory& walk : group) walk.end();
    });
}

}  // namespace optimbench
