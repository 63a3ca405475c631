#include "update_plan.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "fusion.h"

namespace optimbench {
namespace {

constexpr size_t kLargest = 2000;  // nodes: a plan is made by recursion

const at::Tensor* tensorOf(const Value& value) { return std::get_if<at::Tensor>(&value); }

bool isNumber(const Value& value) { return tensorOf(value) == nullptr || tensorOf(value)->dim() == 0; }

bool liesLike(const at::Tensor& tensor, const at::Tensor& whole) {
  return tensor.sizes() == whole.sizes() && tensor.strides() == whole.strides() &&
         tensor.scalar_type() == whole.scalar_type();
}

at::Tensor emptyLike(const at::Tensor& whole) {
  return at::empty_strided(whole.sizes(), whole.strides(), whole.options());
}

double numberOf(const Value& value) {
  const at::Tensor* tensor = tensorOf(value);
  return tensor == nullptr ? std::get<double>(value) : tensor->item<double>();
}

// What is known of each node before any program is written.
struct Known {
  bool isNumber = false;
  bool isWhole = false;     // as long as the part
  bool isComputed = false;  // by a program
  bool isTotal = false;     // a sum over a program's array
  bool isNeeded = false;
  size_t level = 0;         // of its stage
  size_t uses = 0;
};

class Planner {
 public:
  Planner(const Formula& formula, const std::vector<Value>& inputs, const std::vector<Value>& seen, const at::Tensor& whole)
      : formula_(formula), specs_(formula.nodes()), inputs_(inputs), seen_(seen), whole_(whole), known(specs_.size()) {}

  bool learn(const std::vector<UpdatePlan::Write>& writes) {
    for (size_t i = 0; i < specs_.size(); ++i)
      if (!learn(i)) return false;
    for (const auto& write : writes) {
      // A state that is narrower or wider than what it is assigned changes its shape some day.
      if (write.array < inputs_.size() && isNumber(inputs_[write.array]) != known[write.node].isNumber &&
          !(known[write.node].isNumber && liesLike(std::get<at::Tensor>(inputs_[write.array]), whole_)))
        return false;
      known[write.node].uses += 1;
      known[write.node].isNeeded = true;
    }
    for (size_t i = specs_.size(); i-- > 0;)
      if (known[i].isNeeded)
        for (const int64_t argument : specs_[i].arguments) {
          known[argument].isNeeded = true;
          known[argument].uses += 1;
        }
    for (size_t i = specs_.size(); i-- > 0;) postpone(i, writes);
    return true;
  }

  // Whether an array may take a node's value in the node's own stage: nobody looks at its old value later.
  bool mayStore(const UpdatePlan::Write& write, const std::vector<UpdatePlan::Write>& writes) const {
    if (!known[write.node].isComputed) return false;
    for (const auto& other : writes) {
      if (isInput(other.node, write.array)) return false;  // stored at the end
      if (&other != &write && other.array == write.array) return false;
    }
    for (size_t i = 0; i < specs_.size(); ++i) {
      if (!known[i].isNeeded) continue;
      for (const int64_t argument : specs_[i].arguments) {
        if (!isInput(argument, write.array)) continue;
        const bool byProgram = known[i].isComputed || known[i].isTotal;
        if (!byProgram && !known[i].isNumber) return false;  // it may share the input's memory
        if (known[i].level > known[write.node].level + (known[i].isTotal ? 1 : 0)) return false;
      }
    }
    return write.array >= inputs_.size() || liesLike(std::get<at::Tensor>(inputs_[write.array]), whole_);
  }

  bool isInput(size_t node, size_t input) const {
    return specs_[node].op == "input" && formula_.input(node) == input;
  }

 private:
  bool learn(size_t node) {
    const NodeSpec& spec = specs_[node];
    Known& mine = known[node];
    const at::Tensor* tensor = tensorOf(seen_[node]);
    if (spec.op == "row") return false;
    if (spec.op == "input" || spec.op == "constant") {
      mine.isNumber = isNumber(seen_[node]);
      mine.isWhole = tensor != nullptr && liesLike(*tensor, whole_);
      return true;
    }
    bool allNumbers = true, anyWhole = false, allFit = true;
    for (const int64_t argument : spec.arguments) {
      allNumbers = allNumbers && known[argument].isNumber;
      anyWhole = anyWhole || known[argument].isWhole;
      allFit = allFit && (known[argument].isNumber || known[argument].isWhole);
    }
    if (hasKernel(specs_, node)) {
      // Which of the two a condition on numbers takes may change from step to step: the wider is computed always.
      const bool mayChange = spec.op == "where" && known[spec.arguments[0]].isNumber;
      if (mayChange && !allNumbers && !allFit) return false;
      mine.isNumber = allNumbers;
      mine.isWhole = allFit ? anyWhole : tensor != nullptr && tensor->sizes() == whole_.sizes();
      mine.isComputed = mine.isWhole && anyWhole;
    } else {
      mine.isNumber = isNumber(seen_[node]);
      mine.isWhole = !mine.isNumber && tensor->sizes() == whole_.sizes();
      mine.isTotal = (spec.op == "sum" || spec.op == "mean" || spec.op == "norm") && known[spec.arguments[0]].isWhole;
    }
    for (const int64_t argument : spec.arguments) {
      const bool isLater = !mine.isComputed && (known[argument].isComputed || mine.isTotal);
      mine.level = std::max(mine.level, known[argument].level + (isLater ? 1 : 0));
    }
    return true;
  }

  // What only later programs read, and itself reads one array at most, is left to the first of them: there is less to keep.
  void postpone(size_t node, const std::vector<UpdatePlan::Write>& writes) {
    if (!known[node].isComputed || !known[node].isNeeded) return;
    if (std::ranges::any_of(writes, [&](const auto& write) { return write.node == node; })) return;
    const auto& arguments = specs_[node].arguments;
    if (std::ranges::count_if(arguments, [&](int64_t argument) { return !known[argument].isNumber; }) > 1) return;
    size_t earliest = specs_.size();
    for (size_t reader = node + 1; reader < specs_.size(); ++reader) {
      if (!known[reader].isNeeded || std::ranges::find(specs_[reader].arguments, static_cast<int64_t>(node)) == specs_[reader].arguments.end())
        continue;
      if (!known[reader].isComputed) return;
      earliest = std::min(earliest, known[reader].level);
    }
    known[node].level = earliest;
  }

  const Formula& formula_;
  const std::vector<NodeSpec>& specs_;
  const std::vector<Value>& inputs_;
  const std::vector<Value>& seen_;
  const at::Tensor& whole_;

 public:
  std::vector<Known> known;
};

}  // namespace

std::optional<UpdatePlan> UpdatePlan::make(const Formula& formula, const std::vector<Value>& inputs,
                                           const std::vector<Value>& seen, const at::Tensor& whole,
                                           const std::vector<Write>& writes) {
  const std::vector<NodeSpec>& specs = formula.nodes();
  Planner planner(formula, inputs, seen, whole);
  if (specs.size() > kLargest || !planner.learn(writes)) return std::nullopt;
  const std::vector<Known>& known = planner.known;

  UpdatePlan plan;
  for (const Write& write : writes) plan.stored_.push_back(planner.mayStore(write, writes));

  size_t levels = 0;
  for (const Known& each : known) levels = std::max(levels, each.level + 1);
  for (size_t level = 0; level < levels; ++level) {
    Stage stage;
    std::vector<Fusion::Node> nodes;
    for (size_t i = 0; i < specs.size(); ++i) {
      const size_t array = specs[i].op == "input" ? specs.size() + formula.input(i) : i;
      nodes.push_back({known[i].isNumber, known[i].isComputed && known[i].level == level, known[i].uses, array});
    }
    Fusion fusion(specs, nodes);
    for (size_t i = 0; i < specs.size(); ++i) {
      if (!known[i].isNeeded) continue;
      if (known[i].isTotal && known[i].level == level + 1) {
        fusion.total(specs[i].arguments[0], specs[i].op == "norm");
        stage.totals.push_back({i, specs[i].op == "norm"   ? Total::Kind::norm
                                   : specs[i].op == "mean" ? Total::Kind::mean
                                                           : Total::Kind::sum});
      }
      if (known[i].level != level || known[i].isTotal) continue;
      if (!known[i].isComputed) {
        stage.nodes.push_back(i);
        continue;
      }
      bool isResult = false;
      for (size_t k = 0; k < writes.size(); ++k) {
        if (writes[k].node != i) continue;
        if (plan.stored_[k])
          fusion.store(i, specs.size() + writes[k].array);
        else
          isResult = true;
      }
      for (size_t reader = i + 1; reader < specs.size(); ++reader)
        if (known[reader].isNeeded && !known[reader].isTotal && (!known[reader].isComputed || known[reader].level > level) &&
            std::ranges::find(specs[reader].arguments, static_cast<int64_t>(i)) != specs[reader].arguments.end())
          isResult = true;
      if (isResult) {
        fusion.store(i, i);
        stage.results.push_back(i);
      }
    }
    fusion.program.finish();
    stage.program = std::move(fusion.program);
    stage.arrays = std::move(fusion.arrays);
    plan.stages_.push_back(std::move(stage));
  }
  return plan;
}

std::vector<Value> UpdatePlan::run(const Formula& formula, const std::vector<Value>& inputs, const at::Tensor& another,
                                   Workers& workers) const {
  const at::Tensor& whole = std::get<at::Tensor>(inputs[0]);
  const size_t count = formula.nodes().size();
  std::vector<Value> values(count);
  for (const Stage& stage : stages_) {
    for (const size_t node : stage.nodes) values[node] = formula.run(node, values, inputs);
    if (stage.program.isEmpty()) continue;

    for (const size_t node : stage.results) values[node] = emptyLike(whole);
    std::vector<at::Tensor> kept;  // while the program looks at them
    std::vector<float*> arrays;
    for (const size_t array : stage.arrays) {
      const Value& value = array < count ? values[array] : array - count < inputs.size() ? inputs[array - count] : another;
      at::Tensor tensor = asTensor(value);
      if (!liesLike(tensor, whole)) tensor = emptyLike(whole).copy_(tensor);  // one number a row, say
      arrays.push_back(tensor.data_ptr<float>());
      kept.push_back(std::move(tensor));
    }
    const auto given = [&](size_t node) { return numberOf(values[node]); };
    const std::vector<double> sums = stage.program.run(arrays, whole.numel(), given, workers);
    for (size_t i = 0; i < sums.size(); ++i) {
      const auto [node, kind] = stage.totals[i];
      const double value = kind == Total::Kind::norm   ? std::sqrt(sums[i])
                           : kind == Total::Kind::mean ? sums[i] / static_cast<double>(whole.numel())
                                                       : sums[i];
      values[node] = at::scalar_tensor(value, whole.options());
    }
  }
  return values;
}

}  // namespace optimbench
