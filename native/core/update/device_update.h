// The steps of an update on a device, without the host. The host computes everything that depends on scalars only (the
// learning rate, t, the changing inputs and the scalar states) many steps ahead, in double precision. A step reads it
// from the device's memory.
#pragma once

#include <optional>
#include <vector>

#include "device_schedule.h"
#include "update.h"

namespace optimbench {

class DeviceUpdate {
 public:
  DeviceUpdate(Update& update, at::Device device);

  // The number of scalars that a step takes from the host.
  int64_t scalarCount() const;
  // The scalars of the next step. Call once per step: it advances t and the scalar states.
  std::vector<double> nextScalars(double learningRate);

  // One step, with its scalars on the device, [steps, scalarCount] in the table.
  void step(at::Tensor& theta, at::Tensor& gradient, const DeviceSchedule::Scalars& scalars);

  // The position of nextScalars(). It is reset if fewer steps ran than scalars were computed for.
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
    std::vector<size_t> scalars;  // nodes whose values nextScalars() returns, since tensors depend on them
    std::optional<DeviceSchedule> schedule;
  };

  std::vector<std::optional<double>> knownScalars(const Part& part, double learningRate) const;
  std::vector<size_t> findScalars(const Part& part) const;

  Update& update_;
  std::vector<Part> parts_;
};

}  // namespace optimbench
