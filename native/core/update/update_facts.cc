#include "update_facts.h"

#include <algorithm>

#include "fusion.h"

namespace optimbench {
namespace {

constexpr size_t kMostWork = 12;  // nodes that are computed again rather than one is kept

const at::Tensor* tensorOf(const Value& value) { return std::get_if<at::Tensor>(&value); }

bool isNumber(const Value& value) { return tensorOf(value) == nullptr || tensorOf(value)->dim() == 0; }

bool isSum(const std::string& op) { return op == "sum" || op == "mean" || op == "norm"; }

bool isSumOfAxis(const std::string& op) { return op == "rowMean" || op == "columnMean"; }

}  // namespace

bool liesLike(const at::Tensor& tensor, const at::Tensor& whole) {
  return tensor.sizes() == whole.sizes() && tensor.strides() == whole.strides() &&
         tensor.scalar_type() == whole.scalar_type();
}

UpdateFacts::UpdateFacts(const Formula& formula, const std::vector<Value>& inputs, const std::vector<Value>& seen,
                         const at::Tensor& whole, const std::vector<Write>& writes)
    : formula_(formula),
      specs_(formula.nodes()),
      inputs_(inputs),
      seen_(seen),
      whole_(whole),
      writes_(writes),
      nodes_(specs_.size()),
      sources_(specs_.size()),
      work_(specs_.size()) {}

bool UpdateFacts::isInput(size_t node, size_t input) const {
  return specs_[node].op == "input" && formula_.input(node) == input;
}

bool UpdateFacts::reads(size_t reader, size_t node) const {
  return nodes_[reader].isNeeded &&
         std::ranges::find(specs_[reader].arguments, static_cast<int64_t>(node)) != specs_[reader].arguments.end();
}

size_t UpdateFacts::arrayOf(size_t node) const {
  if (specs_[node].op == "input") return size() + formula_.input(node);
  return nodes_[node].stored ? size() + *nodes_[node].stored : node;
}

bool UpdateFacts::isComputedIn(size_t level, size_t node) const {
  const Node& each = nodes_[node];
  return each.isComputed && each.isNeeded &&
         (each.level == level || (each.level < level && !each.stored && !each.isKept));
}

bool UpdateFacts::learn() {
  for (size_t i = 0; i < size(); ++i)
    if (!learn(i)) return false;
  for (const Write& write : writes_) {
    // A state that is narrower or wider than what it is assigned changes its shape some day.
    if (write.array < inputs_.size() && isNumber(inputs_[write.array]) != nodes_[write.node].isNumber &&
        !(nodes_[write.node].isNumber && liesLike(std::get<at::Tensor>(inputs_[write.array]), whole_)))
      return false;
    nodes_[write.node].isNeeded = true;
  }
  for (size_t i = size(); i-- > 0;)
    if (nodes_[i].isNeeded)
      for (const int64_t argument : specs_[i].arguments) nodes_[argument].isNeeded = true;
  for (const Write& write : writes_) {
    stored_.push_back(mayStore(write));
    if (stored_.back() && !nodes_[write.node].stored) nodes_[write.node].stored = write.array;
  }
  for (size_t i = 0; i < size(); ++i) decideToKeep(i);
  return true;
}

bool UpdateFacts::learn(size_t node) {
  const NodeSpec& spec = specs_[node];
  Node& mine = nodes_[node];
  const at::Tensor* tensor = tensorOf(seen_[node]);
  if (spec.op == "row") return false;
  if (spec.op == "input" || spec.op == "constant") {
    mine.isNumber = isNumber(seen_[node]);
    mine.isWhole = tensor != nullptr && liesLike(*tensor, whole_);
    mine.isFixed = spec.op == "constant";
    return true;
  }
  // What sizes alone decide is the same at every step, so that the other value is never looked at.
  mine.isFixed = spec.op == "rows" || spec.op == "columns" ||
                 std::ranges::all_of(spec.arguments, [&](int64_t argument) { return nodes_[argument].isFixed; });
  const bool isChosen = spec.op == "where" && nodes_[spec.arguments[0]].isFixed;
  bool allNumbers = true, allFit = true;
  for (const int64_t argument : spec.arguments) {
    allNumbers = allNumbers && nodes_[argument].isNumber;
    allFit = allFit && (nodes_[argument].isNumber || nodes_[argument].isWhole);
  }
  if (hasKernel(specs_, node) && !isChosen) {
    // Which of the two a condition on numbers takes may change from step to step: the wider is computed always.
    const bool mayChange = spec.op == "where" && nodes_[spec.arguments[0]].isNumber;
    if (mayChange && !allNumbers && !allFit) return false;
    mine.isNumber = allNumbers;
    mine.isWhole = mine.isComputed =
        !allNumbers && (allFit || (tensor != nullptr && tensor->sizes() == whole_.sizes()));
  } else {
    mine.isNumber = isNumber(seen_[node]);
    mine.isWhole = !mine.isNumber && tensor->sizes() == whole_.sizes();
    mine.isTotal = (isSum(spec.op) || isSumOfAxis(spec.op)) && nodes_[spec.arguments[0]].isWhole;
  }
  for (const int64_t argument : spec.arguments) {
    const bool isLater = !mine.isComputed && (nodes_[argument].isComputed || mine.isTotal);
    mine.level = std::max(mine.level, nodes_[argument].level + (isLater ? 1 : 0));
  }
  return true;
}

// Whether an array may take a node's value in the node's own stage: nobody looks at its old value later.
bool UpdateFacts::mayStore(const Write& write) const {
  const Node& mine = nodes_[write.node];
  if (!mine.isComputed) return false;
  for (const Write& other : writes_) {
    if (isInput(other.node, write.array)) return false;  // stored at the end
    if (&other != &write && other.array == write.array) return false;
  }
  for (size_t i = 0; i < size(); ++i) {
    if (!nodes_[i].isNeeded) continue;
    for (const int64_t argument : specs_[i].arguments) {
      if (!isInput(argument, write.array)) continue;
      const bool byProgram = nodes_[i].isComputed || nodes_[i].isTotal;
      if (!byProgram && !nodes_[i].isNumber) return false;  // it may share the input's memory
      if (nodes_[i].level > mine.level + (nodes_[i].isTotal ? 1 : 0)) return false;
    }
  }
  return write.array >= inputs_.size() || liesLike(std::get<at::Tensor>(inputs_[write.array]), whole_);
}

// What later programs read is computed again there, if that takes no more from memory than to keep it, and little work.
void UpdateFacts::decideToKeep(size_t node) {
  Node& mine = nodes_[node];
  if (!mine.isNeeded || !mine.isWhole) return;
  if (!mine.isComputed) {
    sources_[node] = {node};
    return;
  }
  std::set<size_t> levels;
  for (size_t reader = node + 1; reader < size(); ++reader) {
    if (!reads(reader, node)) continue;
    if (!nodes_[reader].isComputed && !nodes_[reader].isTotal) mine.isKept = true;
    if (nodes_[reader].isComputed && nodes_[reader].level > mine.level) levels.insert(nodes_[reader].level);
  }
  if (!mine.stored) {
    work_[node] = 1;
    for (const int64_t argument : specs_[node].arguments) {
      sources_[node].insert(sources_[argument].begin(), sources_[argument].end());
      work_[node] += work_[argument];
    }
  }
  size_t arraysMore = 0;
  for (const size_t level : levels) {
    const std::set<size_t> there = arraysReadIn(level);
    for (const size_t source : sources_[node]) {
      if (!isStillThere(source, level)) mine.isKept = true;
      if (!there.contains(arrayOf(source))) ++arraysMore;
    }
  }
  // Kept, it is written to memory that has to be fetched for that, and read by each.
  if (!mine.stored && !levels.empty() && (arraysMore > 1 + levels.size() || work_[node] > kMostWork))
    mine.isKept = true;
  if (mine.stored || mine.isKept) {
    sources_[node] = {node};
    work_[node] = 0;
  }
}

std::set<size_t> UpdateFacts::arraysReadIn(size_t level) const {
  std::set<size_t> arrays;
  for (size_t i = 0; i < size(); ++i) {
    const bool isProgram =
        nodes_[i].isComputed ? nodes_[i].level == level : nodes_[i].isTotal && nodes_[i].level == level + 1;
    if (!isProgram || !nodes_[i].isNeeded) continue;
    for (const int64_t argument : specs_[i].arguments)
      if (nodes_[argument].isWhole && !isComputedIn(level, argument)) arrays.insert(arrayOf(argument));
  }
  return arrays;
}

// Whether a node's array still has its value in a later stage.
bool UpdateFacts::isStillThere(size_t source, size_t level) const {
  for (size_t k = 0; k < writes_.size(); ++k)
    if (stored_[k] && isInput(source, writes_[k].array) && nodes_[writes_[k].node].level < level) return false;
  return true;
}

}  // namespace optimbench
