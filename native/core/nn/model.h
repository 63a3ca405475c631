// Layers over one parameter vector. Each layer follows those whose outputs it takes.
#pragma once

#include <memory>
#include <vector>

#include "core/api.h"
#include "layer.h"
#include "ledger.h"

namespace optimbench {

class Model {
 public:
  explicit Model(const SessionSpec& spec);
  // Runs one sample to check that each layer outputs the shape that its spec declares.
  void tryOut(const std::vector<Views>& parameters, const std::vector<Views>& statistics) const;

  int64_t parameterCount() const { return parameterCount_; }
  int64_t statisticsCount() const { return statisticsCount_; }
  std::vector<TensorInfo> parameters() const;
  std::vector<TensorInfo> statistics() const;
  std::vector<std::string> names() const;  // of the steps

  // New vectors on the CPU: initial parameters from the seed, and initial running statistics.
  at::Tensor initialParameters(uint64_t seed) const;
  at::Tensor initialStatistics() const;

  // The parts of a vector that belong to each layer's slots.
  std::vector<Views> parameterViews(const at::Tensor& vector) const;
  std::vector<Views> statisticsViews(const at::Tensor& vector) const;

  std::vector<Frame> frames(const std::vector<Views>& parameters, const std::vector<Views>& statistics) const;
  // Logits [samples, classes]; in training, frames keep what backward needs.
  at::Tensor forward(const at::Tensor& images, std::vector<Frame>& frames) const;
  // Adds the memory of forward, the loss and, in training, backward for a number of samples.
  void addMemory(Ledger& ledger, int64_t samples, bool training, double lossBytes) const;
  // Adds the parameters' gradients to the frames' gradients.
  void backward(const at::Tensor& logitsGradient, std::vector<Frame>& frames) const;

 private:
  // One layer, or several that one operator computes.
  struct Step {
    size_t first;       // index of its first layer
    std::string name;   // of that layer: "conv2d_0"
    std::string names;  // of all: "conv2d_0, maxPool2d_0"
    std::unique_ptr<Layer> layer;
    std::vector<size_t> inputs;  // the values that are summed as its input
    size_t output;               // the value that it computes
  };

  // Adds a layer, and the following ones that the same operator computes. Returns their number.
  size_t add(const std::vector<LayerSpec>& layers, size_t index, bool onCpu);
  std::vector<TensorInfo> named(std::vector<Slot> (Layer::*slots)() const) const;
  void checkShape(const at::Tensor& output, const Step& step) const;

  // Values are numbered: 0 is the images, i + 1 the output of layer i. Those inside a step are never computed.
  std::vector<Step> steps_;
  std::vector<Shape> shapes_;    // of each value
  std::vector<bool> learns_;     // whether each value depends on parameters
  std::vector<size_t> lastUse_;  // the last step that reads each value
  int64_t parameterCount_ = 0;
  int64_t statisticsCount_ = 0;
};

}  // namespace optimbench
