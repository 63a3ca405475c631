// Instruction selection: lowers the elementwise nodes of a stage to a kernel program. A tree of nodes that one kernel
// covers, such as theta - rate * m / (sqrt(v) + epsilon), becomes one instruction.
#pragma once

#include <optional>
#include <vector>

#include "core/api.h"
#include "kernel_program.h"

namespace optimbench {

// Whether kernels can compute a node whose value is a vector.
bool hasKernel(const std::vector<NodeSpec>& nodes, size_t node);

class InstructionSelector {
 public:
  // What is known about each node. A node that is neither a number nor computed by this program is an array.
  struct Node {
    bool isNumber;
    bool isComputed;
    size_t uses;
    size_t array;  // the name of its array
  };

  InstructionSelector(const std::vector<NodeSpec>& specs, std::vector<Node> nodes)
      : specs_(specs), nodes_(std::move(nodes)), values_(nodes_.size()) {}

  void store(size_t node, size_t array);
  size_t reduce(size_t node, bool squared);                                       // the index of its sum
  size_t reduceAxis(size_t node) { return program.reduceAxis(operandOf(node)); }  // likewise

  KernelProgram program;
  std::vector<size_t> arrays;  // the names of the program's arrays, in order

 private:
  using Operand = KernelProgram::Operand;
  using Scalar = KernelProgram::Scalar;

  struct Term {  // a scalar times a vector
    Scalar factor;
    size_t base;
  };
  struct Root {  // q sqrt(t z + u) + w
    Scalar q, t, u, w;
    size_t z;
  };
  // A scaled product or quotient: an instruction by itself, or one together with the term that it is added to.
  struct ScaledProduct {
    Elementwise alone;
    Elementwise added;
    std::vector<Operand> operands;
    std::vector<Scalar> scalars;
  };

  bool isNumber(size_t node) const { return nodes_[node].isNumber; }
  size_t argument(size_t node, size_t which) const { return static_cast<size_t>(specs_[node].arguments[which]); }
  bool canFold(size_t node) const;
  std::optional<Term> plusNumber(size_t node) const;
  Term term(size_t node) const;
  std::optional<Root> root(size_t node) const;
  std::optional<ScaledProduct> scaledProduct(size_t node, const Scalar& outer, bool isAdded);
  std::optional<ScaledProduct> boundedProduct(const Root& root);
  Operand arrayOperand(size_t array);
  Operand operandOf(size_t node);
  Operand lower(size_t node);
  Operand lowerSum(size_t node);

  const std::vector<NodeSpec>& specs_;
  std::vector<Node> nodes_;
  std::vector<std::optional<Operand>> values_;
};

}  // namespace optimbench
