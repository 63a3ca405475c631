#include "update_plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "core/runtime/matrix_product.h"
#include "fusion.h"

namespace optimbench {
namespace {

constexpr size_t kLargest = 2000;  // nodes: a plan is made by recursion

double numberOf(const Value& value) {
  const at::Tensor* tensor = std::get_if<at::Tensor>(&value);
  return tensor == nullptr ? std::get<double>(value) : tensor->item<double>();
}

// Axes as they lie in memory, outermost first.
std::vector<int64_t> orderOf(const at::Tensor& whole) {
  std::vector<int64_t> order(whole.dim());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater(), [&](int64_t axis) { return whole.stride(axis); });
  return order;
}

// How a tensor that can be expanded to `whole` lies along it.
Walk walkOf(const at::Tensor& tensor, const at::Tensor& whole) {
  if (liesLike(tensor, whole)) return {};
  const at::Tensor spread = tensor.expand(whole.sizes());
  std::vector<Walk::Axis> axes;
  for (const int64_t axis : orderOf(whole)) axes.push_back({whole.size(axis), spread.stride(axis)});
  return Walk(axes);
}

// With axes in the order of whole's.
at::Tensor emptyAlong(std::vector<int64_t> sizes, const at::Tensor& whole) {
  std::vector<int64_t> strides(sizes.size());
  int64_t stride = 1;
  const std::vector<int64_t> order = orderOf(whole);
  for (size_t i = order.size(); i-- > 0;) {
    strides[order[i]] = stride;
    stride *= sizes[order[i]];
  }
  return at::empty_strided(sizes, strides, whole.options());
}

// Of a product of two matrices.
std::optional<std::pair<at::Tensor, at::Tensor>> factorsOf(const NodeSpec& node, const std::vector<Value>& values) {
  if (node.op != "matmul") return std::nullopt;
  const auto* left = std::get_if<at::Tensor>(&values[node.arguments[0]]);
  const auto* right = std::get_if<at::Tensor>(&values[node.arguments[1]]);
  if (left == nullptr || right == nullptr || left->dim() != 2 || right->dim() != 2) return std::nullopt;
  return std::pair(*left, *right);
}

}  // namespace

std::optional<UpdatePlan> UpdatePlan::make(const Formula& formula, const std::vector<Value>& inputs,
                                           const std::vector<Value>& seen, const at::Tensor& whole,
                                           const std::vector<Write>& writes) {
  const std::vector<NodeSpec>& specs = formula.nodes();
  UpdateFacts facts(formula, inputs, seen, whole, writes);
  if (specs.size() > kLargest || !facts.learn()) return std::nullopt;

  UpdatePlan plan;
  size_t levels = 0;
  for (size_t i = 0; i < specs.size(); ++i) levels = std::max(levels, facts[i].level + 1);
  for (size_t k = 0; k < writes.size(); ++k) plan.stored_.push_back(facts.isStored(k));
  for (size_t level = 0; level < levels; ++level) plan.addStage(level, facts, specs, writes);
  plan.findLastReaders(facts, specs, writes);
  return plan;
}

// From the end backwards: whoever reads an array first on this way is the last to read it. Numbers take no memory.
void UpdatePlan::findLastReaders(const UpdateFacts& facts, const std::vector<NodeSpec>& specs,
                                 const std::vector<Write>& writes) {
  std::vector<bool> isReadLater(specs.size());
  for (const Write& write : writes) isReadLater[write.node] = true;
  const auto read = [&](size_t node, std::vector<size_t>& last) {
    if (node >= specs.size() || facts[node].isNumber || isReadLater[node]) return;
    isReadLater[node] = true;
    last.push_back(node);
  };
  for (size_t k = stages_.size(); k-- > 0;) {
    Stage& stage = stages_[k];
    for (const size_t array : stage.arrays) read(array, stage.last);
    for (size_t i = stage.nodes.size(); i-- > 0;)
      for (const int64_t argument : specs[stage.nodes[i].node].arguments) read(argument, stage.nodes[i].last);
  }
}

void UpdatePlan::addStage(size_t level, const UpdateFacts& facts, const std::vector<NodeSpec>& specs,
                          const std::vector<Write>& writes) {
  // What the program has to give, and how often it reads each node for that.
  const auto isTotalHere = [&](size_t i) {
    return facts[i].isTotal && facts[i].isNeeded && facts[i].level == level + 1;
  };
  const auto isMadeHere = [&](size_t i) { return facts[i].isComputed && facts[i].isNeeded && facts[i].level == level; };
  std::vector<size_t> uses(specs.size());
  for (size_t k = 0; k < writes.size(); ++k)
    if (isMadeHere(writes[k].node)) ++uses[writes[k].node];
  for (size_t i = specs.size(); i-- > 0;) {
    if (isMadeHere(i) && facts[i].isKept) ++uses[i];
    if ((uses[i] > 0 && facts.isComputedIn(level, i)) || isTotalHere(i))
      for (const int64_t argument : specs[i].arguments) ++uses[argument];
  }
  std::vector<Fusion::Node> nodes;
  for (size_t i = 0; i < specs.size(); ++i)
    nodes.push_back({facts[i].isNumber, facts.isComputedIn(level, i), uses[i], facts.arrayOf(i)});

  Stage stage;
  Fusion fusion(specs, nodes);
  for (size_t i = 0; i < specs.size(); ++i) {
    if (!facts[i].isNeeded) continue;
    if (isTotalHere(i)) {
      const size_t argument = specs[i].arguments[0];
      const std::string& op = specs[i].op;
      if (op == "rowMean" || op == "columnMean") {
        fusion.table(argument);
        stage.tables.push_back({i, op == "rowMean"});
      } else {
        fusion.total(argument, op == "norm");
        stage.totals.push_back({i, op == "norm"   ? Total::Kind::norm
                                   : op == "mean" ? Total::Kind::mean
                                                  : Total::Kind::sum});
      }
    }
    if (facts[i].level != level || facts[i].isTotal) continue;
    if (!facts[i].isComputed) {
      stage.nodes.push_back({i, {}});
      continue;
    }
    bool isResult = facts[i].isKept;
    for (size_t k = 0; k < writes.size(); ++k) {
      if (writes[k].node != i) continue;
      if (stored_[k])
        fusion.store(i, specs.size() + writes[k].array);
      else
        isResult = true;
    }
    if (isResult) {
      fusion.store(i, i);
      stage.results.push_back(i);
    }
  }
  fusion.program.finish();
  stage.program = std::move(fusion.program);
  stage.arrays = std::move(fusion.arrays);
  stages_.push_back(std::move(stage));
}

void UpdatePlan::addMemory(Ledger& ledger, const std::function<double(size_t)>& bytesOf) const {
  std::set<size_t> live;
  const auto take = [&](size_t node) {
    if (live.insert(node).second) ledger.take(bytesOf(node));
  };
  const auto give = [&](size_t node) {
    if (live.erase(node) > 0) ledger.give(bytesOf(node));
  };
  for (const Stage& stage : stages_) {
    for (const auto& [node, last] : stage.nodes) {
      take(node);
      for (const size_t each : last) give(each);
    }
    for (const size_t node : stage.results) take(node);
    for (const Table& table : stage.tables) take(table.node);
    for (const size_t each : stage.last) give(each);
  }
  while (!live.empty()) give(*live.begin());
}

std::vector<Value> UpdatePlan::run(const Formula& formula, const std::vector<Value>& inputs, const at::Tensor& another,
                                   Workers& workers) const {
  const at::Tensor& whole = std::get<at::Tensor>(inputs[0]);
  const size_t count = formula.nodes().size();
  std::vector<Value> values(count);
  for (const Stage& stage : stages_) {
    for (const auto& [node, last] : stage.nodes) {
      const auto factors = factorsOf(formula.nodes()[node], values);
      values[node] =
          factors ? matrixProduct(factors->first, factors->second, workers) : formula.run(node, values, inputs);
      for (const size_t each : last) values[each] = Value();
    }
    if (stage.program.isEmpty()) continue;

    for (const size_t node : stage.results)
      values[node] = at::empty_strided(whole.sizes(), whole.strides(), whole.options());
    std::vector<at::Tensor> kept;  // while the program looks at them
    std::vector<BlockProgram::Array> arrays;
    for (const size_t array : stage.arrays) {
      const Value& value = array < count                   ? values[array]
                           : array - count < inputs.size() ? inputs[array - count]
                                                           : another;
      kept.push_back(asTensor(value).to(whole.scalar_type()));
      arrays.push_back({kept.back().data_ptr<float>(), walkOf(kept.back(), whole)});
    }
    std::vector<BlockProgram::Table> tables;
    for (const auto& [node, isOfRows] : stage.tables) {
      std::vector<int64_t> sizes = whole.sizes().vec();
      sizes[sizes.size() - (isOfRows ? 1 : 2)] = 1;
      const at::Tensor sums = emptyAlong(sizes, whole);
      tables.push_back({sums.data_ptr<float>(), sums.numel(), walkOf(sums, whole)});
      values[node] = sums;
    }
    const auto given = [&](size_t node) { return numberOf(values[node]); };
    const std::vector<double> sums = stage.program.run(arrays, tables, whole.numel(), given, workers);
    for (const auto& [node, isOfRows] : stage.tables)
      std::get<at::Tensor>(values[node]).div_(whole.size(isOfRows ? -1 : -2));
    for (size_t i = 0; i < sums.size(); ++i) {
      const auto [node, kind] = stage.totals[i];
      const double value = kind == Total::Kind::norm   ? std::sqrt(sums[i])
                           : kind == Total::Kind::mean ? sums[i] / static_cast<double>(whole.numel())
                                                       : sums[i];
      values[node] = at::scalar_tensor(value, whole.options());
    }
    for (const size_t each : stage.last) values[each] = Value();
  }
  return values;
}

}  // namespace optimbench
