// Writes elementwise nodes of a formula as a block program. Where one kernel does the work of several nodes, such as
// theta - rate * m / (sqrt(v) + epsilon), they become one instruction.
#pragma once

#include <optional>
#include <vector>

#include "block_program.h"
#include "core/api.h"

namespace optimbench {

// Whether there are kernels for a node, if what it gives is a vector.
bool hasKernel(const std::vector<NodeSpec>& nodes, size_t node);

class Fusion {
 public:
  // What is known of each node. Those that are neither numbers nor computed by this program are arrays.
  struct Node {
    bool isNumber;
    bool isComputed;
    size_t uses;
    size_t array;  // its name, where it is one
  };

  Fusion(const std::vector<NodeSpec>& specs, std::vector<Node> nodes)
      : specs_(specs), nodes_(std::move(nodes)), values_(nodes_.size()) {}

  void store(size_t node, size_t array);
  size_t total(size_t node, bool squared);                           // which of the program's totals
  size_t table(size_t node) { return program.table(vector(node)); }  // which of its tables

  BlockProgram program;
  std::vector<size_t> arrays;  // the names of the program's arrays, in order

 private:
  using Operand = BlockProgram::Operand;
  using Scalar = BlockProgram::Scalar;

  struct Term {  // a number times a vector
    Scalar factor;
    size_t base;
  };
  struct Root {  // q sqrt(t z + u) + w
    Scalar q, t, u, w;
    size_t z;
  };
  // A scaled product or quotient: an instruction alone, or one together with the term that it is added to.
  struct Part {
    Elementwise alone;
    Elementwise added;
    std::vector<Operand> operands;
    std::vector<Scalar> scalars;
  };

  bool isNumber(size_t node) const { return nodes_[node].isNumber; }
  size_t argument(size_t node, size_t which) const { return static_cast<size_t>(specs_[node].arguments[which]); }
  bool isFree(size_t node) const;
  std::optional<Term> plusNumber(size_t node) const;
  Term term(size_t node) const;
  std::optional<Root> root(size_t node) const;
  std::optional<Part> part(size_t node, const Scalar& outer);
  Operand place(size_t array);
  Operand vector(size_t node);
  Operand lower(size_t node);
  Operand lowerSum(size_t node);

  const std::vector<NodeSpec>& specs_;
  std::vector<Node> nodes_;
  std::vector<std::optional<Operand>> values_;
};

}  // namespace optimbench
