// Layers in a row over one parameter vector.
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
  void checkShapes(const SessionSpec& spec) const;

  std::vector<std::string> names_;  // "conv2d_0"
  std::vector<std::unique_ptr<Layer>> layers_;
  int64_t parameterCount_ = 0;
  int64_t statisticsCount_ = 0;
};

}  // namespace optimbench
