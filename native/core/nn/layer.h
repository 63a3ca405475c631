// A layer computes its output and, from the gradient of the output, those of its input and parameters.
// Layers hold geometry only: parameters, running statistics and gradients are views into vectors that others own.
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

// A piece of the parameter vector (or of the statistics vector) that a layer wants.
struct Slot {
  std::string name;            // "weight"
  std::vector<int64_t> shape;  // as it lies in memory
  double limit = 0;            // initial values: uniform in [-limit, limit) around
  double center = 0;           // this
};

using Views = std::vector<at::Tensor>;  // one per slot

// What one layer works with during one micro-batch, forward and back.
struct Frame {
  const Views* parameters = nullptr;
  const Views* statistics = nullptr;  // written in training
  const Views* gradients = nullptr;   // added to in backward
  StreamKey key;
  int64_t layer = 0;
  bool training = false;
  bool inputGradient = true;        // false where nothing learns before this layer
  std::vector<at::Tensor> saved;    // from forward, for backward
  ShardProfile* profile = nullptr;  // where the time goes, if anyone asks
  Masks* masks = nullptr;           // where random masks come from, if the step is to be recorded
};

// Bytes that a layer's input and output take for some samples.
struct Extent {
  double samples;
  double input;
  double output;
  bool training;
};

// Bytes that a layer needs beside them and their gradients.
struct LayerMemory {
  bool isView = false;      // the output lies in the input's memory
  bool keepsInput = false;  // these three until backward
  bool keepsOutput = false;
  double kept = 0;
  double forward = 0;  // while it computes
  double backward = 0;
};

class Layer {
 public:
  virtual ~Layer() = default;
  virtual std::vector<Slot> parameters() const { return {}; }
  virtual std::vector<Slot> statistics() const { return {}; }
  virtual at::Tensor forward(const at::Tensor& input, Frame& frame) const = 0;
  // The gradient with respect to the input (undefined if frame.inputGradient is false).
  virtual at::Tensor backward(const at::Tensor& outputGradient, const Frame& frame) const = 0;
  virtual LayerMemory memory(const Extent& extent) const = 0;
};

// The table of layer kinds. `input` is one sample's shape.
std::unique_ptr<Layer> makeLayer(const LayerSpec& spec, Shape input);

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

// Zero-free padding at the four sides; symmetric padding is left to the operator that follows.
struct Border {
  explicit Border(std::array<int64_t, 4> padding);
  at::Tensor add(const at::Tensor& input, double value) const;
  at::Tensor remove(const at::Tensor& padded) const;            // the gradient's way back
  double paddedBytes(const Extent& extent, Shape input) const;  // of what add() makes; 0 where it makes nothing

  std::array<int64_t, 2> symmetric;  // height, width: what the operator is to add itself
  std::array<int64_t, 4> extra;      // top, bottom, left, right: what add() adds

 private:
  bool any() const { return extra != std::array<int64_t, 4>{}; }
};

}  // namespace optimbench
