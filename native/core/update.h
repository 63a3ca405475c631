// An optimizer's update: a formula over the whole parameter vector, with its state vectors.
#pragma once

#include <string>
#include <vector>

#include "api.h"
#include "formula.h"

namespace optimbench {

class Update {
 public:
  // State vectors are made like theta: same length, precision and device.
  Update(const UpdateSpec& spec, const at::Tensor& theta);

  // One step in place: theta and the state take their new values.
  void step(at::Tensor& theta, const at::Tensor& gradient, double learningRate);

  struct State {
    std::string name;
    at::Tensor values;  // [parameters]
  };
  std::vector<State>& state() { return state_; }
  const std::vector<State>& state() const { return state_; }
  int64_t stepCount = 0;  // steps done so far; a formula's t is this plus one

 private:
  struct Assignment {
    int64_t state;  // index, or -1 for theta
    size_t node;
  };
  std::vector<State> state_;
  Formula formula_;
  std::vector<Assignment> assign_;
};

}  // namespace optimbench
