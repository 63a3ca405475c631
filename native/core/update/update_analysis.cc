#include "update_analysis.h"

#include <algorithm>

namespace optimbench {
namespace {

// The most nodes that are recomputed to avoid materialising one. Recomputing saves a temporary of the part's size, with
// a write and a read of memory per element, but repeats arithmetic. The bound keeps a deep formula from being computed
// again in each of its stages. Twelve nodes are about four instructions. Measured (AVX-512, Zen 5, 1 thread), times
// relative to materialising: with the arrays in cache, 1 instruction 1.0 to 1.3, 4 instructions 1.3 to 1.5, 12
// instructions 1.6 to 1.7; from memory, 1 instruction 0.8, 2 and 3 instructions 1.1.
constexpr size_t kMaxRecomputedNodes = 12;

bool isFullReduction(const std::string& op) { return op == "sum" || op == "mean" || op == "norm"; }

bool isAxisReduction(const std::string& op) { return op == "rowMean" || op == "columnMean"; }

}  // namespace

UpdateAnalysis::UpdateAnalysis(const Formula& formula, const std::vector<Sizes>& inputs,
                               const std::vector<Sizes>& sizes, const std::vector<Write>& writes,
                               const Programs& programs)
    : formula_(formula),
      specs_(formula.nodes()),
      inputs_(inputs),
      sizes_(sizes),
      whole_(inputs[0]),
      writes_(writes),
      programs_(programs),
      nodes_(specs_.size()),
      leaves_(specs_.size()),
      cost_(specs_.size()) {}

bool UpdateAnalysis::isInput(size_t node, size_t input) const {
  return specs_[node].op == "input" && formula_.input(node) == input;
}

bool UpdateAnalysis::reads(size_t reader, size_t node) const {
  return nodes_[reader].isLive &&
         std::ranges::find(specs_[reader].arguments, static_cast<int64_t>(node)) != specs_[reader].arguments.end();
}

size_t UpdateAnalysis::arrayOf(size_t node) const {
  if (specs_[node].op == "input") return size() + formula_.input(node);
  return nodes_[node].stored ? size() + *nodes_[node].stored : node;
}

bool UpdateAnalysis::isComputedIn(size_t stage, size_t node) const {
  const Node& each = nodes_[node];
  return each.isComputed && each.isLive &&
         (each.stage == stage || (each.stage < stage && !each.stored && !each.isMaterialised));
}

bool UpdateAnalysis::analyse() {
  for (size_t i = 0; i < size(); ++i)
    if (!analyse(i)) return false;
  for (const Write& write : writes_) {
    // A number can only fill an array of the part's size.
    if (write.array < inputs_.size() && inputs_[write.array].empty() != nodes_[write.node].isNumber &&
        !(nodes_[write.node].isNumber && inputs_[write.array] == whole_))
      return false;
    nodes_[write.node].isLive = true;
  }
  for (size_t i = size(); i-- > 0;)
    if (nodes_[i].isLive)
      for (const int64_t argument : specs_[i].arguments) nodes_[argument].isLive = true;
  for (const Write& write : writes_) {
    stored_.push_back(canStoreInPlace(write));
    if (stored_.back() && !nodes_[write.node].stored) nodes_[write.node].stored = write.array;
  }
  for (size_t i = 0; i < size(); ++i) materialiseOrRecompute(i);
  return true;
}

bool UpdateAnalysis::analyse(size_t node) {
  const NodeSpec& spec = specs_[node];
  Node& mine = nodes_[node];
  if (spec.op == "row") return false;
  if (spec.op == "input" || spec.op == "constant") {
    mine.isNumber = sizes_[node].empty();
    mine.isVector = sizes_[node] == whole_;
    mine.isInvariant = spec.op == "constant";
    return true;
  }
  // A condition on sizes alone is the same at every step, so the other branch is never read.
  mine.isInvariant =
      spec.op == "rows" || spec.op == "columns" ||
      std::ranges::all_of(spec.arguments, [&](int64_t argument) { return nodes_[argument].isInvariant; });
  const bool isChosen = spec.op == "where" && nodes_[spec.arguments[0]].isInvariant;
  bool allNumbers = true, allFit = true;
  for (const int64_t argument : spec.arguments) {
    allNumbers = allNumbers && nodes_[argument].isNumber;
    allFit = allFit && (nodes_[argument].isNumber || nodes_[argument].isVector);
  }
  if (programs_.compute(specs_, node) && !isChosen) {
    // A condition on scalars may change from step to step: the result always has the wider branch's shape.
    const bool mayChange = spec.op == "where" && nodes_[spec.arguments[0]].isNumber;
    if (mayChange && !allNumbers && !allFit) return false;
    mine.isNumber = allNumbers;
    mine.isVector = mine.isComputed = !allNumbers && (allFit || sizes_[node] == whole_);
  } else {
    mine.isNumber = sizes_[node].empty();
    mine.isVector = sizes_[node] == whole_;
    mine.isReduction = programs_.reduce && (isFullReduction(spec.op) || isAxisReduction(spec.op)) &&
                       nodes_[spec.arguments[0]].isVector;
  }
  for (const int64_t argument : spec.arguments) {
    const bool isLater = !mine.isComputed && (nodes_[argument].isComputed || mine.isReduction);
    mine.stage = std::max(mine.stage, nodes_[argument].stage + (isLater ? 1 : 0));
  }
  return true;
}

// Whether an array may take a node's value within the node's stage: nothing reads its old value later.
bool UpdateAnalysis::canStoreInPlace(const Write& write) const {
  const Node& mine = nodes_[write.node];
  if (!mine.isComputed) return false;
  for (const Write& other : writes_) {
    if (isInput(other.node, write.array)) return false;  // its old value is assigned, at the end
    if (&other != &write && other.array == write.array) return false;
  }
  for (size_t i = 0; i < size(); ++i) {
    if (!nodes_[i].isLive) continue;
    for (const int64_t argument : specs_[i].arguments) {
      if (!isInput(argument, write.array)) continue;
      const bool byProgram = nodes_[i].isComputed || nodes_[i].isReduction;
      if (!byProgram && !nodes_[i].isNumber) return false;  // it may share the input's memory
      if (nodes_[i].stage > mine.stage + (nodes_[i].isReduction ? 1 : 0)) return false;
    }
  }
  return write.array >= inputs_.size() || inputs_[write.array] == whole_;
}

// Materialise or recompute: a value that later stages read is recomputed there if that moves no more memory than
// keeping it, and costs little arithmetic.
void UpdateAnalysis::materialiseOrRecompute(size_t node) {
  Node& mine = nodes_[node];
  if (!mine.isLive || !mine.isVector) return;
  if (!mine.isComputed) {
    leaves_[node] = {node};
    return;
  }
  std::set<size_t> laterStages;
  for (size_t reader = node + 1; reader < size(); ++reader) {
    if (!reads(reader, node)) continue;
    if (!nodes_[reader].isComputed && !nodes_[reader].isReduction) mine.isMaterialised = true;
    if (nodes_[reader].isComputed && nodes_[reader].stage > mine.stage) laterStages.insert(nodes_[reader].stage);
  }
  if (!mine.stored) {
    cost_[node] = 1;
    for (const int64_t argument : specs_[node].arguments) {
      leaves_[node].insert(leaves_[argument].begin(), leaves_[argument].end());
      cost_[node] += cost_[argument];
    }
  }
  size_t arraysMore = 0;
  for (const size_t stage : laterStages) {
    const std::set<size_t> there = arraysReadInStage(stage);
    for (const size_t leaf : leaves_[node]) {
      if (!isUnclobbered(leaf, stage)) mine.isMaterialised = true;
      if (!there.contains(arrayOf(leaf))) ++arraysMore;
    }
  }
  // Materialised, it is written, which fetches the memory first, and read once by each later stage.
  if (!mine.stored && !laterStages.empty() &&
      (arraysMore > 1 + laterStages.size() || cost_[node] > kMaxRecomputedNodes))
    mine.isMaterialised = true;
  if (mine.stored || mine.isMaterialised) {
    leaves_[node] = {node};
    cost_[node] = 0;
  }
}

std::set<size_t> UpdateAnalysis::arraysReadInStage(size_t stage) const {
  std::set<size_t> arrays;
  for (size_t i = 0; i < size(); ++i) {
    const bool isProgram =
        nodes_[i].isComputed ? nodes_[i].stage == stage : nodes_[i].isReduction && nodes_[i].stage == stage + 1;
    if (!isProgram || !nodes_[i].isLive) continue;
    for (const int64_t argument : specs_[i].arguments)
      if (nodes_[argument].isVector && !isComputedIn(stage, argument)) arrays.insert(arrayOf(argument));
  }
  return arrays;
}

// Whether a leaf's array still has its value in a later stage: no in-place store has overwritten it.
bool UpdateAnalysis::isUnclobbered(size_t leaf, size_t stage) const {
  for (size_t k = 0; k < writes_.size(); ++k)
    if (stored_[k] && isInput(leaf, writes_[k].array) && nodes_[writes_[k].node].stage < stage) return false;
  return true;
}

}  // namespace optimbench
