// An update's steps on a device, of which the host should be no part. What scalars alone make (of the learning rate, t,
// the changing inputs and the states that are numbers) the host computes many steps ahead, in double precision; a step
// then finds them on the device.
#pragma once

#include <optional>
#include <vector>

#include "update.h"

namespace optimbench {

class DeviceUpdate {
 public:
  explicit DeviceUpdate(Update& update);

  // Scalars that a step takes from the host.
  int64_t scalarCount() const;
  // Those of the next step. To be called once per step: it takes t and the states that are numbers on to the one after.
  std::vector<double> nextScalars(double learningRate);

  // One step, with its scalars on the device, [scalarCount] float64.
  void step(at::Tensor& theta, at::Tensor& gradient, const at::Tensor& scalars);

  // How far nextScalars() has come; to be set back where fewer steps were taken than it was called for.
  struct Progress {
    int64_t stepCount;
    std::vector<double> states;
  };
  Progress progress() const;
  void setProgress(const Progress& progress);

 private:
  struct Part {
    const Update::Block& block;
    const Update::Part& part;
    std::vector<size_t> scalars;  // the nodes that nextScalars() gives: tensors are computed with them
  };

  std::vector<std::optional<double>> knownScalars(const Part& part, double learningRate) const;
  std::vector<size_t> findScalars(const Part& part) const;

  Update& update_;
  std::vector<Part> parts_;
};

}  // namespace optimbench
