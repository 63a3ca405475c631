// Layers over one parameter vector. Each layer follows those whose outputs it takes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/api.h"
#include "layer.h"
#include "ledger.h"

namespace optimbench {

// A micro-batch on its way through the model.
struct Walk {
  std::vector<Frame> frames;            // of the steps; in training they keep what backward needs
  std::vector<at::Tensor> values;       // the first is the images, the last the logits [samples, classes, 1, 1]
  std::vector<at::Tensor> gradients{};  // with respect to each value
  at::Tensor waiting{};                 // the input or output gradient of the layer that the next stage begins with
  at::Tensor measured{};                // of it

  at::Tensor logits() const { return values.back().flatten(1); }
  void setLogitsGradient(const at::Tensor& gradient) { gradients.back() = gradient.unsqueeze(2).unsqueeze(3); }
};

class Model {
 public:
  explicit Model(const SessionSpec& spec, ModelUse use = ModelUse::training);
  // Runs one sample to check that each layer outputs the shape that its spec declares.
  void tryOut(const std::vector<Views>& parameters, const std::vector<Views>& statistics) const;

  int64_t parameterCount() const { return parameterCount_; }  // without the frozen ones
  int64_t frozenCount() const { return frozenCount_; }
  int64_t statisticsCount() const { return statisticsCount_; }
  std::vector<TensorInfo> parameters() const;
  std::vector<TensorInfo> statistics() const;
  std::vector<std::string> names() const;  // of the steps

  // New vectors on the CPU: initial parameters from the seed, trained and frozen, and initial running statistics.
  std::pair<at::Tensor, at::Tensor> initialParameters(uint64_t seed) const;
  at::Tensor initialStatistics() const;

  // The parts of the vectors that belong to each layer's slots.
  std::vector<Views> parameterViews(const at::Tensor& trained, const at::Tensor& frozen) const;
  // The same of a gradient. Frozen parameters have no part.
  std::vector<Views> gradientViews(const at::Tensor& gradient) const;
  // The same of a shard's gradient, which has only some of the parameters, those of `sharded`.
  std::vector<Views> shardViews(const at::Tensor& gradient) const;
  struct Range {
    int64_t offset, count;  // in the vector of the trained parameters
  };
  const std::vector<Range>& sharded() const { return sharded_; }
  int64_t shardedCount() const;
  std::vector<Views> statisticsViews(const at::Tensor& vector) const;

  std::vector<Frame> frames(const std::vector<Views>& parameters, const std::vector<Views>& statistics) const;
  // The parameters as evaluate() reads them: views of the given ones, or new tensors.
  std::vector<Views> prepare(const std::vector<Views>& parameters, const std::vector<Views>& statistics) const;
  double preparedBytes() const;  // of the new ones
  // Logits [samples, classes], outside training. The frames have prepared parameters.
  at::Tensor evaluate(const at::Tensor& images, std::vector<Frame> frames) const;

  // In training, micro-batches go through the model in stages. Each stage but the first begins with a layer that needs
  // the whole batch: combine() what all micro-batches measured before forward() computes the stage for any of them.
  size_t stages() const { return stages_.size(); }
  Walk begin(const at::Tensor& images, std::vector<Frame> frames) const;
  void forward(Walk& walk, size_t stage) const;
  void combine(std::vector<Walk>& walks, size_t stage) const;
  // The same from the last stage to the first. Adds the parameters' gradients to the frames' gradients.
  void backward(Walk& walk, size_t stage) const;
  void combineGradients(std::vector<Walk>& walks, size_t stage) const;
  // The gradients of wide layers, after all micro-batches went backward. `factors` are by step and micro-batch.
  struct Piece {
    size_t step;
    int64_t index;
  };
  const std::vector<Piece>& widePieces() const { return widePieces_; }
  void addPiece(const Piece& piece, const std::vector<std::vector<Views>>& factors,
                const std::vector<Views>& gradients) const;
  double factorBytes() const;  // per sample
  // Whether batches may be divided into micro-batches.
  bool isDivisible() const { return isDivisible_; }

  // Adds the memory of a pass over micro-batches of these sizes, `atOnce` of which are computed at the same time. The
  // loss takes `lossBytes` per sample.
  void addMemory(Ledger& ledger, const std::vector<int64_t>& sizes, int64_t atOnce, bool training,
                 double lossBytes) const;

 private:
  // One layer, or several that one operator computes.
  struct Step {
    size_t first;       // index of its first layer
    std::string name;   // of that layer: "conv2d_0"
    std::string names;  // of all: "conv2d_0, maxPool2d_0"
    std::unique_ptr<Layer> layer;
    std::vector<size_t> inputs;      // the values that are summed as its input
    size_t output;                   // the value that it computes
    std::optional<size_t> addend{};  // the value that it adds to its output
  };

  at::Tensor takeInput(Walk& walk, size_t step) const;
  void compute(Walk& walk, size_t step, const at::Tensor& input) const;
  void computeBackward(Walk& walk, size_t step, at::Tensor outputGradient) const;
  size_t endOf(size_t stage) const { return stage + 1 < stages_.size() ? stages_[stage + 1] : steps_.size(); }
  const BatchLayer& batchLayer(size_t stage) const;  // that the stage begins with

  class WalkMemory;

  // Adds a layer, and the following ones that the same operator computes. Returns their number.
  size_t add(const std::vector<LayerSpec>& layers, size_t index, ModelUse use);
  std::vector<TensorInfo> named(std::vector<Slot> (Layer::*slots)() const) const;
  // The views of all slots, in their order.
  std::vector<Views> cut(std::vector<Slot> (Layer::*slots)() const,
                         const std::function<at::Tensor(const Slot&)>& partOf) const;
  void checkShape(const at::Tensor& output, const Step& step) const;

  at::Device device_;
  // Values are numbered: 0 is the images, i + 1 the output of layer i. Those inside a step are never computed.
  std::vector<Step> steps_;
  std::vector<Shape> shapes_;      // of each value
  std::vector<bool> learns_;       // whether each value depends on trained parameters
  std::vector<size_t> lastUse_;    // the last step that reads each value
  std::vector<size_t> stages_{0};  // the first step of each
  std::vector<Range> sharded_;
  std::vector<Piece> widePieces_;
  bool isDivisible_ = true;
  int64_t parameterCount_ = 0;
  int64_t frozenCount_ = 0;
  int64_t statisticsCount_ = 0;
};

}  // namespace optimbench
