// The steps of an update that the host drives, on tensors of any device. Scalars are computed on the host. On the CPU,
// compiled parts run as kernel programs; everything else runs node by node through libtorch. Threads share a large
// part; they take turns with the small ones, each of which runs on one thread.
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
  void step(const Update::Block& block, const Update::Part& part, at::Tensor& theta, at::Tensor& gradient,
            double learningRate, Workers& workers);

  Update& update_;
  Workers& workers_;
  Workers alone_{1};
};

}  // namespace optimbench
