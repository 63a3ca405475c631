// The compiled form of a formula on one part of the parameters, for the CPU: a sequence of stages. A stage first calls
// libtorch's operators, one node each (matrix products, functions without a kernel, values smaller than the part), and
// then runs one kernel program, which computes all elementwise nodes of the stage. What needs all of a vector at once,
// such as a norm, ends a stage. docs/update-compiler.md traces two examples.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "core/formula/formula.h"
#include "core/nn/ledger.h"
#include "kernel_program.h"
#include "update_analysis.h"

namespace optimbench {

class StageSchedule {
 public:
  using Write = UpdateAnalysis::Write;

  // Nothing if a kernel program could give different values than the formula. Sizes are as for UpdateAnalysis.
  static std::optional<StageSchedule> compile(const Formula& formula, const std::vector<Sizes>& inputs,
                                              const std::vector<Sizes>& sizes, const std::vector<Write>& writes);

  // One step. Returns the nodes' values for the caller to assign, except for writes that are already stored in place.
  // `another` is the array after the inputs (see UpdateAnalysis::Write).
  std::vector<Value> run(const Formula& formula, const std::vector<Sizes>& sizes, const std::vector<Value>& inputs,
                         const at::Tensor& another, Workers& workers) const;
  bool isStored(size_t write) const { return stored_[write]; }
  // Adds the memory of a step's tensors, given the bytes of each node's value.
  void addMemory(Ledger& ledger, const std::function<double(size_t)>& bytesOf) const;

  struct Reduction {
    size_t node;
    enum class Kind { sum, mean, norm } kind;
  };
  struct AxisReduction {
    size_t node;
    bool isOfRows;  // else of columns
  };
  struct OperatorCall {
    size_t node;
    std::vector<size_t> dead;  // nodes whose arrays have their last use here
  };
  struct Stage {
    std::vector<OperatorCall> calls;
    KernelProgram program;
    std::vector<size_t> arrays;   // of the program: nodes, then inputs, numbered from the number of nodes on
    std::vector<size_t> results;  // nodes that it materialises
    std::vector<Reduction> reductions;
    std::vector<AxisReduction> axisReductions;
    std::vector<size_t> dead;  // after the program
  };
  const std::vector<Stage>& stages() const { return stages_; }

 private:
  void addStage(size_t stageIndex, const UpdateAnalysis& analysis, const std::vector<NodeSpec>& specs,
                const std::vector<Write>& writes);
  void findLastUses(const UpdateAnalysis& analysis, const std::vector<NodeSpec>& specs,
                    const std::vector<Write>& writes);

  std::vector<Stage> stages_;
  std::vector<bool> stored_;
};

}  // namespace optimbench
