// The memory of a pass through the model: forward and backward of model.cc, with a ledger in place of tensors.
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
  double bytes(size_t block) const { return blocks_[block].bytes; }
  void work(double bytes) {  // temporarily
    ledger_.take(bytes);
    ledger_.give(bytes);
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

void Model::addMemory(Ledger& ledger, int64_t samples, bool training, double lossBytes) const {
  Blocks blocks(ledger);
  std::vector<size_t> values(shapes_.size(), kNone);
  const auto bytesOf = [&](size_t value) {
    const auto [channels, height, width] = shapes_[value];
    return sizeof(float) * static_cast<double>(samples) * static_cast<double>(channels) * static_cast<double>(height) *
           static_cast<double>(width);
  };
  const auto memoryOf = [&](const Step& step) {
    return step.layer->memory({static_cast<double>(samples), bytesOf(step.inputs[0]), bytesOf(step.output), training});
  };

  const size_t images = values[0] = blocks.make(bytesOf(0));
  blocks.hold(images);  // held by the batch
  blocks.hold(images);
  std::vector<std::vector<size_t>> saved(steps_.size());
  for (size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    const LayerMemory memory = memoryOf(step);
    const size_t input = step.inputs.size() == 1 ? values[step.inputs[0]] : blocks.make(bytesOf(step.inputs[0]));
    blocks.hold(input);
    for (const size_t value : step.inputs)
      if (lastUse_[value] == i) blocks.drop(values[value]);
    const size_t output = values[step.output] = memory.isView ? input : blocks.make(bytesOf(step.output));
    blocks.hold(output);
    if (training) {
      if (memory.keepsInput) saved[i].push_back(input);
      if (memory.keepsOutput) saved[i].push_back(output);
      if (memory.kept > 0) saved[i].push_back(blocks.make(memory.kept));
      for (const size_t block : saved[i]) blocks.hold(block);
    }
    blocks.work(memory.forward + (training ? 0 : memory.kept));
    blocks.drop(input);
  }
  // The logits stay alive.
  blocks.work(lossBytes);
  if (training) {
    std::vector<size_t> gradients(shapes_.size(), kNone);
    blocks.hold(gradients.back() = blocks.make(bytesOf(shapes_.size() - 1)));
    for (size_t i = steps_.size(); i-- > 0;) {
      const Step& step = steps_[i];
      const size_t outputGradient = gradients[step.output];
      if (outputGradient != kNone) {
        const LayerMemory memory = memoryOf(step);
        const bool isWanted = std::ranges::any_of(step.inputs, [&](size_t value) { return learns_[value]; });
        const size_t inputGradient =
            memory.isView ? outputGradient : blocks.make(isWanted ? bytesOf(step.inputs[0]) : 0);
        blocks.hold(inputGradient);
        blocks.work(memory.backward);
        for (const size_t value : step.inputs) {
          if (!learns_[value]) continue;
          const size_t before = gradients[value];
          blocks.hold(gradients[value] = before == kNone ? inputGradient : blocks.make(bytesOf(value)));
          if (before != kNone) blocks.drop(before);
        }
        blocks.drop(inputGradient);
        blocks.drop(outputGradient);
      }
      for (const size_t block : saved[i]) blocks.drop(block);
    }
    if (gradients[0] != kNone) blocks.drop(gradients[0]);
  }
  blocks.drop(values.back());
  blocks.drop(images);
}

}  // namespace optimbench
