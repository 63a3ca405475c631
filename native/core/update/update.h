// An optimizer's update: formulas over the whole parameter vector, or over one parameter after the other.
#pragma once

#include <string>
#include <vector>

#include "core/api.h"
#include "core/formula/formula.h"
#include "core/nn/ledger.h"
#include "core/runtime/workers.h"
#include "miniature.h"
#include "update_plan.h"

namespace optimbench {

class Update {
 public:
  // State takes the precision and device of theta (on the meta device it takes no memory); `parameters` says where each
  // parameter lies in it.
  Update(const UpdateSpec& spec, const at::Tensor& theta, const std::vector<TensorInfo>& parameters, Workers& workers);

  // One step in place: theta and the state take their new values. A formula may change the gradient as well.
  void step(at::Tensor& theta, at::Tensor& gradient, double learningRate);

  // The same for a device, whose host should not take part in each step. What numbers alone make (of the learning rate,
  // t, the changing inputs and the states that are numbers) the host works out for many steps ahead, in double
  // precision: numbers() is called once for each, and takes these states and t on to the next. step() then finds them
  // on the device, and tells whether each state kept its memory; a state can outgrow it in the first steps (see
  // addState), and not after one without.
  int64_t numberCount() const;
  std::vector<double> numbers(double learningRate);
  bool step(at::Tensor& theta, at::Tensor& gradient, const at::Tensor& numbers);  // [numberCount] float64

  // Where numbers() has come to; set back where fewer steps were done than were asked for.
  struct Progress {
    int64_t stepCount;
    std::vector<double> states;
  };
  Progress progress() const;
  void setProgress(const Progress& progress);

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

 private:
  // What a block of the formula runs on at a time: the whole vector, or one parameter in its own shape.
  struct Part {
    std::string name;
    int64_t offset;
    int64_t length;
    std::vector<int64_t> shape;   // as it lies in memory
    std::vector<int64_t> axes;    // their order in the formula
    size_t firstState;            // of this part, in state_
    std::vector<size_t> numbers;  // the nodes that numbers() gives: tensors are computed with them
    std::optional<UpdatePlan> plan;

    bool isWhole() const { return axes.empty(); }
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

  void addBlock(const UpdateSpec& spec, const UpdateSpec::Block& block, const at::Tensor& theta,
                const std::vector<TensorInfo>& parameters);
  void addState(const UpdateSpec::Block& spec, const Block& block, Part& part, const at::Tensor& theta);
  std::vector<Value> settle(const UpdateSpec::Block& spec, const Block& block, const Miniature& miniature,
                            std::vector<Value>& given) const;
  void addPlan(const Block& block, Part& part, const at::Tensor& theta, const at::Tensor& small,
               const std::vector<Value>& given, const std::vector<Value>& seen);
  void findNumbers(const Block& block, Part& part);
  std::vector<const void*> places() const;  // of the states that are tensors
  std::vector<std::optional<double>> knownNumbers(const Block& block, const Part& part, double learningRate) const;
  void store(const Block& block, const Part& part, const std::vector<Value>& given, const std::vector<Value>& values,
             at::Tensor& theta, at::Tensor& gradient, bool byHost);
  std::vector<Value> inputs(const Block& block, const Part& part, const at::Tensor& theta, const at::Tensor& gradient,
                            double learningRate, double t) const;

  Workers& workers_;
  std::vector<State> state_;
  std::vector<Block> blocks_;
  at::Tensor evaluation_;
  Ledger temporaries_;
};

}  // namespace optimbench
