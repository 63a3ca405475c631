#include "core/nn/layer.h"

namespace optimbench {
namespace {

// Layers compute the gradients of their parameters along with that of their input, so these are computed here too,
// where an earlier layer is trained, and dropped. (The backward pass ends at the first trained layer.) Only the
// gradient of a wide layer's weights is not computed, since it is a product of its own.
class Frozen final : public Layer {
 public:
  explicit Frozen(std::unique_ptr<Layer> layer) : layer_(std::move(layer)) {}

  std::vector<Slot> parameters() const override { return layer_->parameters(); }
  std::vector<Slot> statistics() const override { return layer_->statistics(); }
  Views prepare(const Views& parameters, const Views& statistics) const override {
    return layer_->prepare(parameters, statistics);
  }
  at::Tensor forward(const at::Tensor& input, Frame& frame) const override { return layer_->forward(input, frame); }

  at::Tensor backward(const at::Tensor& outputGradient, const Frame& frame) const override {
    Views dropped, droppedFactors;
    for (const Slot& slot : layer_->parameters())
      dropped.push_back(slot.ofBatch ? at::Tensor() : at::zeros(slot.shape, outputGradient.options()));
    Frame mine = frame;
    mine.gradients = &dropped;
    mine.factors = &droppedFactors;
    mine.sums = nullptr;
    return layer_->backward(outputGradient, mine);
  }

  LayerMemory memory(const Extent& extent) const override {
    LayerMemory memory = layer_->memory(extent);
    for (const Slot& slot : layer_->parameters())
      if (!slot.ofBatch) memory.backward += sizeof(float) * static_cast<double>(sizeOf(slot));
    return memory;
  }
  double preparedBytes() const override { return layer_->preparedBytes(); }
  bool isDivisible() const override { return layer_->isDivisible(); }

 private:
  std::unique_ptr<Layer> layer_;
};

}  // namespace

std::unique_ptr<Layer> makeFrozen(std::unique_ptr<Layer> layer) { return std::make_unique<Frozen>(std::move(layer)); }

}  // namespace optimbench
