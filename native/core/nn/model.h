// Layers over one parameter vector, each after those whose outputs it takes.
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
  // Checks by a trial run on one sample that each layer gives the shape its spec declares.
  void tryOut(const std::vector<Views>& parameters, const std::vector<Views>& statistics) const;

  int64_t parameterCount() const { return parameterCount_; }
  int64_t statisticsCount() const { return statisticsCount_; }
  std::vector<TensorInfo> parameters() const;
  std::vector<TensorInfo> statistics() const;
  std::vector<std::string> names() const;  // of the steps

  // New vectors on the CPU: initial parameters from the seed, and initial running statistics.
  at::Tensor initialParameters(uint64_t seed) const;
  at::Tensor initialStatistics() const;

  // A vector cut into each layer's slots.
  std::vector<Views> parameterViews(const at::Tensor& vector) const;
  std::vector<Views> statisticsViews(const at::Tensor& vector) const;

  std::vector<Frame> frames(const std::vector<Views>& parameters, const std::vector<Views>& statistics) const;
  // Logits [samples, classes]; in training, frames keep what backward needs.
  at::Tensor forward(const at::Tensor& images, std::vector<Frame>& frames) const;
  // Adds what forward and, in training, backward take for so many samples, `lossBytes` in between.
  void addMemory(Ledger& ledger, int64_t samples, bool training, double lossBytes) const;
  // Adds the parameters' gradients to the frames' gradients.
  void backward(const at::Tensor& logitsGradient, std::vector<Frame>& frames) const;

 private:
  // One layer, or several that one operator computes.
  struct Step {
    size_t first;       // of its layers
    std::string name;   // of that layer: "conv2d_0"
    std::string names;  // of all: "conv2d_0, maxPool2d_0"
    std::unique_ptr<Layer> layer;
    std::vector<size_t> inputs;  // the values it takes, summed
    size_t output;               // the value it gives
  };

  // Adds the layer, and those after it that one operator computes with it; gives their number.
  size_t add(const std::vector<LayerSpec>& layers, size_t index, bool onCpu);
  std::vector<TensorInfo> named(std::vector<Slot> (Layer::*slots)() const) const;
  void checkShape(const at::Tensor& output, const Step& step) const;

  // Values are numbered: 0 is the images, i + 1 the output of layer i. Those within a step never exist.
  std::vector<Step> steps_;
  std::vector<Shape> shapes_;    // of each value
  std::vector<bool> learns_;     // whether parameters stand before each value
  std::vector<size_t> lastUse_;  // the last step that takes each value
  int64_t parameterCount_ = 0;
  int64_t statisticsCount_ = 0;
};

}  // namespace optimbench
