#include "stage_schedule.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "core/runtime/matrix_product.h"
#include "instruction_selector.h"

namespace optimbench {
namespace {

constexpr size_t kMaxNodes = 2000;  // instruction selection recurses, at most once per node

double numberOf(const Value& value) {
  const at::Tensor* tensor = std::get_if<at::Tensor>(&value);
  return tensor == nullptr ? std::get<double>(value) : tensor->item<double>();
}

// The axes in memory order, outermost first.
std::vector<int64_t> orderOf(const at::Tensor& whole) {
  std::vector<int64_t> order(whole.dim());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater(), [&](int64_t axis) { return whole.stride(axis); });
  return order;
}

// Whether a tensor has the sizes, strides and type of `whole`.
bool hasLayoutOf(const at::Tensor& tensor, const at::Tensor& whole) {
  return tensor.sizes() == whole.sizes() && tensor.strides() == whole.strides() &&
         tensor.scalar_type() == whole.scalar_type();
}

// The view of a tensor that is expanded to `whole`.
BroadcastView broadcastViewOf(const at::Tensor& tensor, const at::Tensor& whole) {
  if (hasLayoutOf(tensor, whole)) return {};
  const at::Tensor spread = tensor.expand(whole.sizes());
  std::vector<BroadcastView::Axis> axes;
  for (const int64_t axis : orderOf(whole)) axes.push_back({whole.size(axis), spread.stride(axis)});
  return BroadcastView(axes);
}

// An empty tensor with the axes in the memory order of `whole`.
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

// The operands of a product of two matrices.
std::optional<std::pair<at::Tensor, at::Tensor>> factorsOf(const NodeSpec& node, const std::vector<Value>& values) {
  if (node.op != "matmul") return std::nullopt;
  const auto* left = std::get_if<at::Tensor>(&values[node.arguments[0]]);
  const auto* right = std::get_if<at::Tensor>(&values[node.arguments[1]]);
  if (left == nullptr || right == nullptr || left->dim() != 2 || right->dim() != 2) return std::nullopt;
  return std::pair(*left, *right);
}

}  // namespace

std::optional<StageSchedule> StageSchedule::compile(const Formula& formula, const std::vector<Sizes>& inputs,
                                                    const std::vector<Sizes>& sizes, const std::vector<Write>& writes) {
  const std::vector<NodeSpec>& specs = formula.nodes();
  UpdateAnalysis analysis(formula, inputs, sizes, writes, {hasKernel, true});
  if (specs.size() > kMaxNodes || !analysis.analyse()) return std::nullopt;

  StageSchedule schedule;
  size_t stageCount = 0;
  for (size_t i = 0; i < specs.size(); ++i) stageCount = std::max(stageCount, analysis[i].stage + 1);
  for (size_t k = 0; k < writes.size(); ++k) schedule.stored_.push_back(analysis.isStoredInPlace(k));
  for (size_t stageIndex = 0; stageIndex < stageCount; ++stageIndex)
    schedule.addStage(stageIndex, analysis, specs, writes);
  schedule.findLastUses(analysis, specs, writes);
  return schedule;
}

// Liveness: in a backward scan, the first reader found is the last to use an array. Scalars take no memory.
void StageSchedule::findLastUses(const UpdateAnalysis& analysis, const std::vector<NodeSpec>& specs,
                                 const std::vector<Write>& writes) {
  std::vector<bool> isReadLater(specs.size());
  for (const Write& write : writes) isReadLater[write.node] = true;
  const auto read = [&](size_t node, std::vector<size_t>& dead) {
    if (node >= specs.size() || analysis[node].isNumber || isReadLater[node]) return;
    isReadLater[node] = true;
    dead.push_back(node);
  };
  for (size_t k = stages_.size(); k-- > 0;) {
    Stage& stage = stages_[k];
    for (const size_t array : stage.arrays) read(array, stage.dead);
    for (size_t i = stage.calls.size(); i-- > 0;)
      for (const int64_t argument : specs[stage.calls[i].node].arguments) read(argument, stage.calls[i].dead);
  }
}

void StageSchedule::addStage(size_t stageIndex, const UpdateAnalysis& analysis, const std::vector<NodeSpec>& specs,
                             const std::vector<Write>& writes) {
  // What the program must produce, and how often it reads each node for that.
  const auto isReducedHere = [&](size_t i) {
    return analysis[i].isReduction && analysis[i].isLive && analysis[i].stage == stageIndex + 1;
  };
  const auto isComputedHere = [&](size_t i) {
    return analysis[i].isComputed && analysis[i].isLive && analysis[i].stage == stageIndex;
  };
  std::vector<size_t> uses(specs.size());
  for (size_t k = 0; k < writes.size(); ++k)
    if (isComputedHere(writes[k].node)) ++uses[writes[k].node];
  for (size_t i = specs.size(); i-- > 0;) {
    if (isComputedHere(i) && analysis[i].isMaterialised) ++uses[i];
    if ((uses[i] > 0 && analysis.isComputedIn(stageIndex, i)) || isReducedHere(i))
      for (const int64_t argument : specs[i].arguments) ++uses[argument];
  }
  std::vector<InstructionSelector::Node> nodes;
  for (size_t i = 0; i < specs.size(); ++i)
    nodes.push_back({analysis[i].isNumber, analysis.isComputedIn(stageIndex, i), uses[i], analysis.arrayOf(i)});

  Stage stage;
  InstructionSelector selector(specs, nodes);
  for (size_t i = 0; i < specs.size(); ++i) {
    if (!analysis[i].isLive) continue;
    if (isReducedHere(i)) {
      const size_t argument = specs[i].arguments[0];
      const std::string& op = specs[i].op;
      if (op == "rowMean" || op == "columnMean") {
        selector.reduceAxis(argument);
        stage.axisReductions.push_back({i, op == "rowMean"});
      } else {
        selector.reduce(argument, op == "norm");
        stage.reductions.push_back({i, op == "norm"   ? Reduction::Kind::norm
                                       : op == "mean" ? Reduction::Kind::mean
                                                      : Reduction::Kind::sum});
      }
    }
    if (analysis[i].stage != stageIndex || analysis[i].isReduction) continue;
    if (!analysis[i].isComputed) {
      stage.calls.push_back({i, {}});
      continue;
    }
    bool isResult = analysis[i].isMaterialised;
    for (size_t k = 0; k < writes.size(); ++k) {
      if (writes[k].node != i) continue;
      if (stored_[k])
        selector.store(i, specs.size() + writes[k].array);
      else
        isResult = true;
    }
    if (isResult) {
      selector.store(i, i);
      stage.results.push_back(i);
    }
  }
  selector.program.allocateRegisters();
  stage.program = std::move(selector.program);
  stage.arrays = std::move(selector.arrays);
  stages_.push_back(std::move(stage));
}

void StageSchedule::addMemory(Ledger& ledger, const std::function<double(size_t)>& bytesOf) const {
  std::set<size_t> live;
  const auto take = [&](size_t node) {
    if (live.insert(node).second) ledger.take(bytesOf(node));
  };
  const auto give = [&](size_t node) {
    if (live.erase(node) > 0) ledger.give(bytesOf(node));
  };
  for (const Stage& stage : stages_) {
    for (const auto& [node, dead] : stage.calls) {
      take(node);
      for (const size_t each : dead) give(each);
    }
    for (const size_t node : stage.results) take(node);
    for (const AxisReduction& reduction : stage.axisReductions) take(reduction.node);
    for (const size_t each : stage.dead) give(each);
  }
  while (!live.empty()) give(*live.begin());
}

std::vector<Value> StageSchedule::run(const Formula& formula, const std::vector<Sizes>& sizes,
                                      const std::vector<Value>& inputs, const at::Tensor& another,
                                      Workers& workers) const {
  const at::Tensor& whole = std::get<at::Tensor>(inputs[0]);
  const size_t count = formula.nodes().size();
  std::vector<Value> values(count);
  bool isOdd = false;
  for (const Stage& stage : stages_) {
    for (const auto& [node, dead] : stage.calls) {
      const auto factors = factorsOf(formula.nodes()[node], values);
      values[node] = factors ? matrixProduct(factors->first, factors->second, workers)
                             : formula.run(node, sizes[node], values, inputs);
      for (const size_t each : dead) values[each] = Value();
    }
    if (stage.program.isEmpty()) continue;

    for (const size_t node : stage.results)
      values[node] = at::empty_strided(whole.sizes(), whole.strides(), whole.options());
    std::vector<at::Tensor> kept;  // alive while the program reads them
    std::vector<KernelProgram::Array> arrays;
    for (const size_t array : stage.arrays) {
      const Value& value = array < count                   ? values[array]
                           : array - count < inputs.size() ? inputs[array - count]
                                                           : another;
      kept.push_back(asTensor(value).to(whole.scalar_type()));
      arrays.push_back({kept.back().data_ptr<float>(), broadcastViewOf(kept.back(), whole)});
    }
    std::vector<KernelProgram::AxisSums> axisSums;
    for (const auto& [node, isOfRows] : stage.axisReductions) {
      std::vector<int64_t> sizes = whole.sizes().vec();
      sizes[sizes.size() - (isOfRows ? 1 : 2)] = 1;
      const at::Tensor sums = emptyAlong(sizes, whole);
      axisSums.push_back({sums.data_ptr<float>(), sums.numel(), broadcastViewOf(sums, whole)});
      values[node] = sums;
    }
    const auto given = [&](size_t node) { return numberOf(values[node]); };
    // Every other program starts where the one before it ended, as that memory may still be in a cache.
    const std::vector<double> sums = stage.program.run(arrays, axisSums, whole.numel(), given, isOdd, workers);
    isOdd = !isOdd;
    for (const auto& [node, isOfRows] : stage.axisReductions)
      std::get<at::Tensor>(values[node]).div_(whole.size(isOfRows ? -1 : -2));
    for (size_t i = 0; i < sums.size(); ++i) {
      const auto [node, kind] = stage.reductions[i];
      const double value = kind == Reduction::Kind::norm   ? std::sqrt(sums[i])
                           : kind == Reduction::Kind::mean ? sums[i] / static_cast<double>(whole.numel())
                                                           : sums[i];
      values[node] = at::scalar_tensor(value, whole.options());
    }
    for (const size_t each : stage.dead) values[each] = Value();
  }
  return values;
}

}  // namespace optimbench
