// A layer computes its output and, from the gradient of the output, the gradients of its input and parameters. Layers
// hold geometry only: parameters, running statistics and gradients are views into vectors that are owned elsewhere.
// Activations are [samples, channels, height, width] in channels-last memory; once flattened, height and width are 1.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/api.h"
#include "core/runtime/pass_profile.h"
#include "core/runtime/random_stream.h"
#include "core/torch.h"
#include "masks.h"

namespace optimbench {

// A part of the parameter vector (or of the statistics vector) that a layer needs.
struct Slot {
  std::string name;            // "weight"
  std::vector<int64_t> shape;  // in memory order
  double limit = 0;            // initial values are uniform in [center - limit, center + limit)
  double center = 0;
  bool ofBatch = false;  // of a WideLayer: not in the gradients of shards
  bool frozen = false;   // in the vector of frozen parameters, and in no gradient
};

int64_t sizeOf(const Slot& slot);  // its number of elements

using Views = std::vector<at::Tensor>;  // one per slot

// Layers for evaluation compute no gradients, so one operator can compute more of them.
enum class ModelUse { training, evaluation };

// Gradients that are added at the end of a step, by one operator.
struct GradientSums {
  std::vector<at::Tensor> gradients;
  std::vector<at::Tensor> parts;  // of the same shapes and strides
};

// What a layer works with in the forward and backward pass of one micro-batch.
struct Frame {
  const Views* parameters = nullptr;  // outside training, what prepare() made of them
  const Views* statistics = nullptr;  // updated in training
  const Views* gradients = nullptr;   // backward adds to them
  StreamKey key;
  int64_t layer = 0;
  bool training = false;
  bool inputGradient = true;             // false if no earlier layer is trained
  std::vector<at::Tensor> saved;         // from forward, for backward
  Views* factors = nullptr;              // backward of a WideLayer sets them
  ShardProfile* profile = nullptr;       // null unless the pass is profiled
  Masks* masks = nullptr;                // provides random masks if the step is to be recorded
  at::Tensor addend;                     // of a layer that adds another value to its output
  at::Tensor* addendGradient = nullptr;  // backward of such a layer sets it
  GradientSums* sums = nullptr;          // null unless the step is on a device
  at::Tensor ofBatch;                    // what a BatchLayer has combined, the same for all micro-batches

  // Adds `part` to one of the gradients, or to a view of it.
  void addGradient(const at::Tensor& gradient, const at::Tensor& part) const;
};

// The bytes of a layer's input and output for a number of samples.
struct Extent {
  double samples;
  double input;
  double output;
  bool training;
};

// The bytes that a layer needs in addition to these and their gradients.
struct LayerMemory {
  bool isView = false;      // the output shares the input's memory
  bool keepsInput = false;  // like the next two, until backward
  bool keepsOutput = false;
  double kept = 0;
  double forward = 0;  // temporarily, like the next
  double backward = 0;
};

class Layer {
 public:
  virtual ~Layer() = default;
  virtual std::vector<Slot> parameters() const { return {}; }
  virtual std::vector<Slot> statistics() const { return {}; }
  // What forward() reads outside training instead of the parameters. Computed once for many calls.
  virtual Views prepare(const Views& parameters, const Views& /*statistics*/) const { return parameters; }
  virtual at::Tensor forward(const at::Tensor& input, Frame& frame) const = 0;
  // The gradient with respect to the input (undefined if frame.inputGradient is false).
  virtual at::Tensor backward(const at::Tensor& outputGradient, const Frame& frame) const = 0;
  virtual LayerMemory memory(const Extent& extent) const = 0;
  virtual double preparedBytes() const { return 0; }  // that prepare() allocates
  // Whether a batch may be divided into micro-batches.
  virtual bool isDivisible() const { return true; }
};

// A layer whose output for one sample depends on the whole batch. In training, all micro-batches stop before it: each
// is measured, the measurements are combined into frame.ofBatch, and all go on. Likewise in the backward pass.
class BatchLayer : public Layer {
 public:
  virtual at::Tensor measure(const at::Tensor& input) const = 0;
  // Takes what measure() returned for each micro-batch, in their order.
  virtual at::Tensor combine(const std::vector<at::Tensor>& measured, const Frame& frame) const = 0;
  virtual at::Tensor measureGradient(const at::Tensor& outputGradient, const Frame& frame) const = 0;
  // Adds the parameters' gradients to the frame's.
  virtual at::Tensor combineGradients(const std::vector<at::Tensor>& measured, const Frame& frame) const = 0;
};

// A layer with so many weights that a gradient per shard would cost more than the arithmetic. Its backward() leaves
// factors of the weights' gradient; their product over all micro-batches is computed in pieces, which threads share.
class WideLayer : public Layer {
 public:
  virtual int64_t gradientPieces() const = 0;
  // Adds to the gradients of the batch. `factors` are those of each micro-batch, in their order.
  virtual void addGradientPiece(int64_t piece, const std::vector<Views>& factors, const Views& gradients) const = 0;
  virtual double factorBytes() const = 0;  // per sample
};

// Creates a layer of the spec's kind. `input` is the shape of one sample.
std::unique_ptr<Layer> makeLayer(const LayerSpec& spec, Shape input);

// The layer without gradients of its parameters, which are frozen.
std::unique_ptr<Layer> makeFrozen(std::unique_ptr<Layer> layer);

std::unique_ptr<Layer> makeConv2d(const LayerSpec&, Shape input);
std::unique_ptr<Layer> makeMaxPool2d(const LayerSpec&, Shape input);
std::unique_ptr<Layer> makeAveragePool2d(const LayerSpec&, Shape input);
std::unique_ptr<Layer> makeBatchNorm2d(const LayerSpec&, Shape input);
std::unique_ptr<Layer> makeDropout(const LayerSpec&, Shape input);
std::unique_ptr<Layer> makeFlatten(const LayerSpec&, Shape input);
std::unique_ptr<Layer> makeDense(const LayerSpec&, Shape input);
std::unique_ptr<Layer> makeActivation(const LayerSpec&, Shape input);
std::unique_ptr<Layer> makeGlobalMaxPool2d(const LayerSpec&, Shape input);
std::unique_ptr<Layer> makeGlobalAveragePool2d(const LayerSpec&, Shape input);
std::unique_ptr<Layer> makeZeroPadding2d(const LayerSpec&, Shape input);
std::unique_ptr<Layer> makeSpatialDropout2d(const LayerSpec&, Shape input);
std::unique_ptr<Layer> makeLayerNorm(const LayerSpec&, Shape input);
std::unique_ptr<Layer> makeGroupNorm(const LayerSpec&, Shape input);
std::unique_ptr<Layer> makeSum(const LayerSpec&, Shape input);

// Padding of the four sides. Symmetric padding is left to the operator that follows.
struct Border {
  explicit Border(std::array<int64_t, 4> padding);
  at::Tensor add(const at::Tensor& input, double value) const;
  at::Tensor remove(const at::Tensor& padded) const;            // crops a gradient
  double paddedBytes(const Extent& extent, Shape input) const;  // of add()'s result; 0 if it adds nothing

  std::array<int64_t, 2> symmetric;  // height, width: added by the operator
  std::array<int64_t, 4> extra;      // top, bottom, left, right: added by add()

 private:
  bool any() const { return extra != std::array<int64_t, 4>{}; }
};

}  // namespace optimbench
