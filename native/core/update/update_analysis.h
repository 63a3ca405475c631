// What the compiler knows about a formula's nodes on one part of the parameters: which are live, which are scalars and
// which vectors, in which stage each is computed and whether by a kernel program, which values are stored in place, and
// which are materialised for later stages rather than recomputed there.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "core/formula/formula.h"

namespace optimbench {

class UpdateAnalysis {
 public:
  struct Node {
    bool isNumber = false;
    bool isInvariant = false;  // the same at every step: computed from constants and sizes
    bool isVector = false;     // of the part's size
    bool isComputed = false;   // by a kernel program
    bool isReduction = false;  // of a vector: over all elements, or along rows or columns
    bool isLive = false;       // something that is assigned depends on it
    size_t stage = 0;
    std::optional<size_t> stored;  // the array that its program stores it to in place
    bool isMaterialised = false;   // its program stores it as a tensor for later readers
  };
  // An assignment of a node's value to an array: an input's, by its index, or the weights to evaluate with, by the
  // index after those of the inputs.
  struct Write {
    size_t node;
    size_t array;
  };

  // What programs can do.
  struct Programs {
    bool (*compute)(const std::vector<NodeSpec>& nodes, size_t node);  // a node whose value is a vector
    bool reduce;                                                       // else operators do
  };

  // `inputs` and `sizes` are those of the inputs' and of the nodes' values. The first input is the part itself; inputs
  // of its size lie in memory as it does.
  UpdateAnalysis(const Formula& formula, const std::vector<Sizes>& inputs, const std::vector<Sizes>& sizes,
                 const std::vector<Write>& writes, const Programs& programs);

  // False if a kernel program could give different values than the formula.
  bool analyse();

  const Node& operator[](size_t node) const { return nodes_[node]; }
  size_t size() const { return nodes_.size(); }
  bool isStoredInPlace(size_t write) const { return stored_[write]; }
  // The array that holds a node's value: a node's array or, from size() on, an input's.
  size_t arrayOf(size_t node) const;
  // Whether the program of a stage computes a node, for the first time or again.
  bool isComputedIn(size_t stage, size_t node) const;

 private:
  bool analyse(size_t node);
  bool canStoreInPlace(const Write& write) const;
  void materialiseOrRecompute(size_t node);
  bool isInput(size_t node, size_t input) const;
  bool reads(size_t reader, size_t node) const;
  std::set<size_t> arraysReadInStage(size_t stage) const;
  bool isUnclobbered(size_t leaf, size_t stage) const;

  const Formula& formula_;
  const std::vector<NodeSpec>& specs_;
  const std::vector<Sizes>& inputs_;
  const std::vector<Sizes>& sizes_;
  const Sizes& whole_;
  const std::vector<Write>& writes_;
  Programs programs_;
  std::vector<Node> nodes_;
  std::vector<bool> stored_;
  // To recompute a node in a later stage: the nodes whose arrays are read, and the number of nodes that are computed.
  std::vector<std::set<size_t>> leaves_;
  std::vector<size_t> cost_;
};

}  // namespace optimbench
