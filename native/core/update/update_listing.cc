#include "update_listing.h"

#include <array>
#include <cstdio>

namespace optimbench {
namespace {

using Program = KernelProgram;

constexpr std::array<const char*, static_cast<size_t>(Elementwise::count)> kOperations{"linear",
                                                                                       "axpby",
                                                                                       "product",
                                                                                       "accumulate",
                                                                                       "quotient",
                                                                                       "quotientAdd",
                                                                                       "root",
                                                                                       "rootQuotient",
                                                                                       "productRootQuotient",
                                                                                       "rootQuotientAdd",
                                                                                       "absolute",
                                                                                       "sign",
                                                                                       "maximum",
                                                                                       "minimum",
                                                                                       "less",
                                                                                       "lessEqual",
                                                                                       "equal",
                                                                                       "notEqual",
                                                                                       "where",
                                                                                       "fill",
                                                                                       "sum",
                                                                                       "squares"};

std::string numberText(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%g", value);
  return text.data();
}

std::string numbered(char letter, size_t number) { return std::string(1, letter) += std::to_string(number); }

template <typename Items, typename Text>
std::string joined(const Items& items, const Text& text) {
  std::string all;
  for (const auto& item : items) all += (all.empty() ? "" : ", ") + text(item);
  return all;
}

// Names for the arrays and scalars of one formula.
class Names {
 public:
  explicit Names(const Formula& formula) : formula_(formula), specs_(formula.nodes()) {}

  std::string node(size_t node) const { return numbered('%', node); }

  // An array: a node's or, from the number of nodes on, an input's.
  std::string array(size_t array) const {
    if (array < specs_.size()) return node(array);
    for (size_t i = 0; i < specs_.size(); ++i)
      if (specs_[i].op == "input" && formula_.input(i) == array - specs_.size()) return specs_[i].name;
    return "evaluation";
  }

  // A node as the reader of an operator call or a scalar sees it.
  std::string operand(size_t node) const {
    const NodeSpec& spec = specs_[node];
    if (spec.op == "input") return spec.name;
    return spec.op == "constant" ? numberText(spec.value) : this->node(node);
  }

  std::string call(size_t node) const {
    const std::vector<int64_t>& arguments = specs_[node].arguments;
    return specs_[node].op + "(" + joined(arguments, [&](int64_t each) { return operand(each); }) + ")";
  }

  std::string scalar(const Program::Scalar& scalar) const {
    using Form = Program::Scalar::Form;
    const std::string of = scalar.form == Form::constant ? numberText(scalar.value) : operand(scalar.node);
    const std::string text = scalar.form == Form::reciprocal ? "1/" + of
                             : scalar.form == Form::oneMinus ? "1 - " + of
                             : scalar.form == Form::onePlus  ? "1 + " + of
                                                             : of;
    if (!scalar.negative) return text;
    return text.find(' ') == std::string::npos ? "-" + text : "-(" + text + ")";
  }

 private:
  const Formula& formula_;
  const std::vector<NodeSpec>& specs_;
};

std::string line(const std::string& target, const std::string& value) { return "  " + target + " = " + value + "\n"; }

std::string stageText(const StageSchedule::Stage& stage, const Formula& formula) {
  const Names names(formula);
  const Program& program = stage.program;
  const auto slot = [&](size_t index) {
    if (index < program.arrayCount()) return names.array(stage.arrays[index]);
    index -= program.arrayCount();
    if (index < program.broadcasts().size()) return std::string("{") += names.scalar(program.broadcasts()[index]) + "}";
    return numbered('r', index - program.broadcasts().size());
  };
  std::string text;
  for (const auto& call : stage.calls) {
    const std::string& op = formula.nodes()[call.node].op;
    if (op != "input" && op != "constant") text += line(names.node(call.node), names.call(call.node));
  }
  for (const Program::Instruction& each : program.instructions()) {
    std::string operands;
    for (size_t k = 0; k < each.operands.size(); ++k)
      if (each.operands[k].kind != Program::Operand::Kind::none)
        operands += (k == 0 ? " " : ", ") + slot(each.slots[k]);
    std::string target = slot(each.slot);
    std::string reduction;
    const auto reduceTo = [&](size_t node) {
      target = names.node(node);
      reduction = formula.nodes()[node].op + ": ";
    };
    if (each.sum != Program::kNone) reduceTo(stage.reductions[each.sum].node);
    if (each.axisSum != Program::kNone) reduceTo(stage.axisReductions[each.axisSum].node);
    const std::string scalars = joined(each.scalars, [&](const auto& scalar) { return names.scalar(scalar); });
    text += line(target, reduction + kOperations[static_cast<size_t>(each.operation)] + operands +
                             (scalars.empty() ? "" : " [" + scalars + "]"));
  }
  return text;
}

}  // namespace

std::string updateListing(const Update& update) {
  std::string text;
  for (const Update::Block& block : update.blocks())
    for (const Update::Part& part : block.parts) {
      text += part.isWhole() ? "theta\n" : part.name.substr(0, part.name.size() - 1) + "\n";
      if (!part.schedule) {
        text += "  not compiled: every node is an operator call\n";
        continue;
      }
      size_t number = 0;
      for (const StageSchedule::Stage& stage : part.schedule->stages())
        text += " stage " + std::to_string(number++) + "\n" + stageText(stage, block.formula);
    }
  return text;
}

}  // namespace optimbench
