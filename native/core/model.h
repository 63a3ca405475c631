// Layers over one parameter vector, each after those whose outputs it takes.
#pragma once

#include <memory>
#include <vector>

#include "api.h"
#include "layer.h"

namespace optimbench {

class Model {
 public:
  // Checks by a trial run on one sample that each layer gives the shape its spec declares.
  explicit Model(const SessionSpec& spec);

  int64_t parameterCount() const { return parameterCount_; }
  int64_t statisticsCount() const { return statisticsCount_; }
  std::vector<ParameterInfo> parameters() const;
  std::vector<std::string> names() const;  // of the layers

  // New vectors on the CPU: initial parameters from the seed, and initial running statistics.
  at::Tensor initialParameters(uint64_t seed) const;
  at::Tensor initialStatistics() const;

  // A vector cut into each layer's slots.
  std::vector<Views> parameterViews(const at::Tensor& vector) const;
  std::vector<Views> statisticsViews(const at::Tensor& vector) const;

  std::vector<Frame> frames(const std::vector<Views>& parameters, const std::vector<Views>& statistics) const;
  // Logits [samples, classes]; in training, frames keep what backward needs.
  at::Tensor forward(const at::Tensor& images, std::vector<Frame>& frames) const;
  // Adds the parameters' gradients to the frames' gradients.
  void backward(const at::Tensor& logitsGradient, std::vector<Frame>& frames) const;

 private:
  struct Step {
    std::string name;  // "conv2d_0"
    std::unique_ptr<Layer> layer;
    std::vector<size_t> inputs;  // the values it takes, summed
  };

  void add(const LayerSpec& spec);
  void checkShapes(int64_t classes) const;
  void checkShape(const at::Tensor& output, size_t step) const;

  // Values are numbered: 0 is the images, i + 1 the output of step i.
  std::vector<Step> steps_;
  std::vector<Shape> shapes_;    // of each value
  std::vector<bool> learns_;     // whether parameters stand before each value
  std::vector<size_t> lastUse_;  // the last step that takes each value
  int64_t parameterCount_ = 0;
  int64_t statisticsCount_ = 0;
};

}  // namespace optimbench
