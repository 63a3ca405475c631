// An optimizer's update bound to the parameters: formulas over the whole parameter vector or over one parameter after
// the other, and their states. HostUpdate and DeviceUpdate run its steps.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/api.h"
#include "core/formula/formula.h"
#include "core/nn/ledger.h"
#include "stage_schedule.h"

namespace optimbench {

class Update {
 public:
  // States take the precision and device of theta (on the meta device they take no memory). `parameters` gives the
  // position of each parameter in theta.
  Update(const UpdateSpec& spec, const at::Tensor& theta, const std::vector<TensorInfo>& parameters);

  struct State {
    std::string name;
    Value value;  // a number, or a tensor of the shape that was planned
    bool startsAsTheta = false;
  };
  std::vector<State>& state() { return state_; }
  const std::vector<State>& state() const { return state_; }
  // [parameters], the weights for evaluation; undefined if these are theta.
  at::Tensor& evaluation() { return evaluation_; }
  const at::Tensor& evaluation() const { return evaluation_; }
  double stateBytes() const;
  // Gives what begins as theta, states and the weights for evaluation, its present values.
  void start(const at::Tensor& theta);
  const Ledger& temporaries() const { return temporaries_; }  // the memory of a step, except for the states
  std::vector<double> changing;                               // the inputs' values for the next step
  int64_t stepCount = 0;                                      // steps done so far; a formula's t is this plus one

  // What a block of the formula runs on at a time: the whole vector, or one parameter in its own shape.
  struct Part {
    std::string name;
    int64_t offset;
    int64_t length;
    std::vector<int64_t> shape;  // in memory order
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
  // For the analysis of a part: the sizes of its inputs, and what is assigned to which of them.
  std::vector<Sizes> inputSizes(const Block& block, const Part& part) const;
  std::vector<UpdateAnalysis::Write> writes(const Block& block) const;
  // The state that is assigned to if it is a number, else null.
  double* numberState(const Part& part, const Assignment& assignment);
  // Assigns the nodes' values, except for the assignments that are already done.
  void store(const Block& block, const Part& part, const std::vector<Value>& given, const std::vector<Value>& values,
             at::Tensor& theta, at::Tensor& gradient, const std::function<bool(size_t)>& isDone);

 private:
  void addBlock(const UpdateSpec& spec, const UpdateSpec::Block& block, const at::Tensor& theta,
                const std::vector<TensorInfo>& parameters);
  void addPart(const UpdateSpec::Block& spec, const UpdateSpec::Part& planned, Block& block, const at::Tensor& theta,
               const std::vector<TensorInfo>& parameters);
  void compileSchedule(const Block& block, Part& part, const at::Tensor& theta);
  void addMemory(const Block& block, const Part& part, const at::Tensor& theta);

  std::vector<State> state_;
  std::vector<Block> blocks_;
  at::Tensor evaluation_;
  Ledger temporaries_;
};

}  // namespace optimbench
