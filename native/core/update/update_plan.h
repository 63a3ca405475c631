// How a formula runs on one part of the parameters on the CPU: elementwise nodes together, block by block, and what is
// left (matrix products, rare functions, what is shorter than the part) through libtorch's dispatcher. Programs and
// other nodes take turns, since the one may need the other's results: a norm is known only after all blocks.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "block_program.h"
#include "core/formula/formula.h"
#include "core/nn/ledger.h"
#include "update_facts.h"

namespace optimbench {

class UpdatePlan {
 public:
  using Write = UpdateFacts::Write;

  // None where blocks would gain nothing or could give other values. `whole` is a vector as the part lies in memory,
  // `seen` the value of every node at some step, of which the shapes are taken.
  static std::optional<UpdatePlan> make(const Formula& formula, const std::vector<Value>& inputs,
                                        const std::vector<Value>& seen, const at::Tensor& whole,
                                        const std::vector<Write>& writes);

  // One step. Gives the values of the nodes that the caller is to store; what isStored() is stored already.
  std::vector<Value> run(const Formula& formula, const std::vector<Value>& inputs, const at::Tensor& another,
                         Workers& workers) const;
  bool isStored(size_t write) const { return stored_[write]; }
  // What a step's own tensors take, given the bytes of each node's.
  void addMemory(Ledger& ledger, const std::function<double(size_t)>& bytesOf) const;

 private:
  struct Total {
    size_t node;
    enum class Kind { sum, mean, norm } kind;
  };
  struct Table {
    size_t node;
    bool isOfRows;  // else of columns
  };
  struct Single {
    size_t node;
    std::vector<size_t> last;  // arrays that nothing reads afterwards
  };
  // First nodes one by one, then a program.
  struct Stage {
    std::vector<Single> nodes;
    BlockProgram program;
    std::vector<size_t> arrays;   // of the program: nodes, and from `nodes().size()` on inputs
    std::vector<size_t> results;  // nodes that it leaves as tensors
    std::vector<Total> totals;
    std::vector<Table> tables;
    std::vector<size_t> last;  // arrays that nothing reads after the program
  };

  void addStage(size_t level, const UpdateFacts& facts, const std::vector<NodeSpec>& specs,
                const std::vector<Write>& writes);
  void findLastReaders(const UpdateFacts& facts, const std::vector<NodeSpec>& specs, const std::vector<Write>& writes);

  std::vector<Stage> stages_;
  std::vector<bool> stored_;
};

}  // namespace optimbench
