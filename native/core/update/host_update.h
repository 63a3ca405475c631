// The steps of an update that the host drives, on tensors of any device. Scalars are computed on the host. On the CPU,
// compiled parts run as kernel programs; everything else runs node by node through libtorch.
#pragma once

#include <vector>

#include "core/runtime/workers.h"
#include "update.h"

namespace optimbench {

class HostUpdate {
 public:
  HostUpdate(Update& update, Workers& workers) : update_(update), workers_(workers) {}

  std::vector<double>& changing() { return update_.changing; }  // the inputs' values for the next step
  // One step in place: theta and the states take their new values. A formula may change the gradient as well.
  void step(at::Tensor& theta, at::Tensor& gradient, double learningRate);

 private:
  Update& update_;
  Workers& workers_;
};

}  // namespace optimbench
