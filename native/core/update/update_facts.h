// What is known of a formula's nodes before it is planned for a part of the parameters: which are numbers and which as
// long as the part, what block programs compute of them and in which stage, and which values outlive theirs.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "core/formula/formula.h"

namespace optimbench {

// Whether a tensor's places are those of `whole`, one by one as they lie in memory.
bool liesLike(const at::Tensor& tensor, const at::Tensor& whole);

class UpdateFacts {
 public:
  struct Node {
    bool isNumber = false;
    bool isFixed = false;     // the same at every step: made of constants and sizes
    bool isWhole = false;     // as long as the part
    bool isComputed = false;  // by a program
    bool isTotal = false;     // a sum over a program's array: of all its places, or of each row or column
    bool isNeeded = false;
    size_t level = 0;              // of its stage
    std::optional<size_t> stored;  // which array its program stores it to
    bool isKept = false;           // its program leaves it as a tensor
  };
  // A node whose value an array takes in the end: one of the formula's inputs, or, as the number after them, another.
  struct Write {
    size_t node;
    size_t array;
  };

  UpdateFacts(const Formula& formula, const std::vector<Value>& inputs, const std::vector<Value>& seen,
              const at::Tensor& whole, const std::vector<Write>& writes);

  // False where blocks could give other values than the formula itself.
  bool learn();

  const Node& operator[](size_t node) const { return nodes_[node]; }
  size_t size() const { return nodes_.size(); }
  bool isStored(size_t write) const { return stored_[write]; }
  // The array of a node that another program has computed, or none: nodes, and from size() on inputs.
  size_t arrayOf(size_t node) const;
  // Whether the program of a stage computes a node: for the first time, or again.
  bool isComputedIn(size_t level, size_t node) const;

 private:
  bool learn(size_t node);
  bool mayStore(const Write& write) const;
  void decideToKeep(size_t node);
  bool isInput(size_t node, size_t input) const;
  bool reads(size_t reader, size_t node) const;
  std::set<size_t> arraysReadIn(size_t level) const;
  bool isStillThere(size_t source, size_t level) const;

  const Formula& formula_;
  const std::vector<NodeSpec>& specs_;
  const std::vector<Value>& inputs_;
  const std::vector<Value>& seen_;
  const at::Tensor& whole_;
  const std::vector<Write>& writes_;
  std::vector<Node> nodes_;
  std::vector<bool> stored_;
  // Of a node that a later program would compute again: the nodes whose arrays it would read, and how many it would
  // compute.
  std::vector<std::set<size_t>> sources_;
  std::vector<size_t> work_;
};

}  // namespace optimbench
