// An optimizer's update: formulas over the whole parameter vector, or over one parameter after the other.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/api.h"
#include "core/formula/formula.h"
#include "core/nn/ledger.h"
#include "core/runtime/workers.h"
#include "stage_schedule.h"

namespace optimbench {

class Update {
 public:
  // State takes the precision and device of theta (on the meta device it takes no memory); `parameters` says where each
  // parameter lies in it.
  Update(const UpdateSpec& spec, const at::Tensor& theta, const std::vector<TensorInfo>& parameters, Workers& workers);

  // One step in place: theta and the state take their new values. A formula may change the gradient as well.
  void step(at::Tensor& theta, at::Tensor& gradient, double learningRate);

  struct State {
    std::string name;
    Value value;  // a number, or a tensor of the shape that the formula gives it
  };
  std::vector<State>& state() { return state_; }
  const std::vector<State>& state() const { return state_; }
  // [parameters], the weights to evaluate with; undefined where they are theta itself.
  at::Tensor& evaluation() { return evaluation_; }
  const at::Tensor& evaluation() const { return evaluation_; }
  double stateBytes() const;
  const Ledger& temporaries() const { return temporaries_; }  // what a step takes beside the state
  std::vector<double> changing;                               // the inputs' values for the next step
  int64_t stepCount = 0;                                      // steps done so far; a formula's t is this plus one

  // What a step is made of, on the CPU and on a device alike (device_update.h).

  // What a block of the formula runs on at a time: the whole vector, or one parameter in its own shape.
  struct Part {
    std::string name;
    int64_t offset;
    int64_t length;
    std::vector<int64_t> shape;  // as it lies in memory
    std::vector<int64_t> axes;   // their order in the formula
    std::vector<Sizes> nodes;    // of the nodes' values
    size_t firstState = 0;       // of this part, in state_
    std::optional<StageSchedule> schedule;

    bool isWhole() const { return name.empty(); }
    at::Tensor of(const at::Tensor& vector) const;
  };
  struct Assignment {
    enum class Target { theta, gradient, evaluation, state } target;
    std::string name;
    size_t state;  // of the part
    size_t node;
  };
  struct Block {
    Formula formula;
    std::vector<Part> parts;
    std::vector<Assignment> assign;
    size_t stateCount;
  };
  const std::vector<Block>& blocks() const { return blocks_; }
  std::vector<Value> inputs(const Block& block, const Part& part, const at::Tensor& theta, const at::Tensor& gradient,
                            double learningRate, double t) const;
  // The state that is assigned to, if it is a number; else null.
  double* numberState(const Part& part, const Assignment& assignment);
  // Assigns the nodes' values, but for the assignments that are done already.
  void store(const Block& block, const Part& part, const std::vector<Value>& given, const std::vector<Value>& values,
             at::Tensor& theta, at::Tensor& gradient, const std::function<bool(size_t)>& isDone);

 private:
  void addBlock(const UpdateSpec& spec, const UpdateSpec::Block& block, const at::Tensor& theta,
                const std::vector<TensorInfo>& parameters);
  void addPart(const UpdateSpec::Block& spec, const UpdateSpec::Part& planned, Block& block, const at::Tensor& theta,
               const std::vector<TensorInfo>& parameters);
  void compileSchedule(const Block& block, Part& part, const at::Tensor& theta, const std::vector<Sizes>& states);
  void addMemory(const Block& block, const Part& part, const at::Tensor& theta);

  Workers& workers_;
  std::vector<State> state_;
  std::vector<Block> blocks_;
  at::Tensor evaluation_;
  Ledger temporaries_;
};

}  // namespace optimbench
