#include "instruction_selector.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>

namespace optimbench {
namespace {

using Scalar = KernelProgram::Scalar;
using Form = Scalar::Form;

Scalar constant(double value) { return {Form::constant, 0, value, false}; }
const Scalar kOne = constant(1);
const Scalar kNothing = constant(-0.0);  // changes no number when it is added

Scalar negated(Scalar scalar) {
  scalar.negative = !scalar.negative;
  return scalar;
}

// The product, where one of them is 1 or -1.
std::optional<Scalar> product(const Scalar& a, const Scalar& b) {
  const auto isUnit = [](const Scalar& scalar) { return scalar.form == Form::constant && scalar.value == 1; };
  if (isUnit(a)) return a.negative ? negated(b) : b;
  if (isUnit(b)) return b.negative ? negated(a) : a;
  return std::nullopt;
}

bool hasExponent(const std::vector<NodeSpec>& nodes, size_t node, double exponent) {
  if (nodes[node].op != "power") return false;
  const NodeSpec& second = nodes[nodes[node].arguments[1]];
  return second.op == "constant" && second.value == exponent;
}

bool isSquare(const std::vector<NodeSpec>& nodes, size_t node) {
  return nodes[node].op == "square" || hasExponent(nodes, node, 2);
}

bool isRoot(const std::vector<NodeSpec>& nodes, size_t node) {
  return nodes[node].op == "sqrt" || hasExponent(nodes, node, 0.5);
}

// Operations that map to one kernel.
const std::map<std::string, Elementwise> kPlain = {
    {"abs", Elementwise::absolute},    {"sign", Elementwise::sign},
    {"maximum", Elementwise::maximum}, {"minimum", Elementwise::minimum},
    {"less", Elementwise::less},       {"lessEqual", Elementwise::lessEqual},
    {"greater", Elementwise::less},    {"greaterEqual", Elementwise::lessEqual},  // operands swapped
    {"equal", Elementwise::equal},     {"notEqual", Elementwise::notEqual},
    {"where", Elementwise::where},
};

}  // namespace

bool hasKernel(const std::vector<NodeSpec>& nodes, size_t node) {
  const std::string& op = nodes[node].op;
  for (const char* known : {"add", "subtract", "multiply", "divide", "negate", "relu", "clip"})
    if (op == known) return true;
  return kPlain.contains(op) || isSquare(nodes, node) || isRoot(nodes, node);
}

// Whether a node may be folded into the instruction of its only reader.
bool InstructionSelector::canFold(size_t node) const {
  return nodes_[node].isComputed && nodes_[node].uses == 1 && !values_[node];
}

// A vector plus a scalar.
std::optional<InstructionSelector::Term> InstructionSelector::plusNumber(size_t node) const {
  const std::string& op = specs_[node].op;
  if (!nodes_[node].isComputed || (op != "add" && op != "subtract")) return std::nullopt;
  const size_t a = argument(node, 0), b = argument(node, 1);
  if (isNumber(b)) return Term{{Form::itself, b, 1, op == "subtract"}, a};
  if (isNumber(a) && op == "add") return Term{{Form::itself, a}, b};
  return std::nullopt;
}

InstructionSelector::Term InstructionSelector::term(size_t node) const {
  const Term itself{kOne, node};
  if (!nodes_[node].isComputed || values_[node]) return itself;
  const std::string& op = specs_[node].op;
  if (op == "negate") return {negated(kOne), argument(node, 0)};
  if (specs_[node].arguments.size() != 2) return itself;
  const size_t a = argument(node, 0), b = argument(node, 1);
  if (op == "multiply" && isNumber(a)) return {{Form::itself, a}, b};
  if (op == "multiply" && isNumber(b)) return {{Form::itself, b}, a};
  if (op == "divide" && isNumber(b)) return {{Form::reciprocal, b}, a};
  if ((op == "add" || op == "subtract") && !isNumber(a) && !isNumber(b)) {  // x - c x, as in weight decay
    const Term second = term(b);
    if (second.base == a && second.factor.form == Form::itself)
      return {{op == "add" ? Form::onePlus : Form::oneMinus, second.factor.node}, a};
  }
  return itself;
}

std::optional<InstructionSelector::Root> InstructionSelector::root(size_t node) const {
  Root found{kOne, kOne, kNothing, kNothing, node};
  size_t current = node;
  const auto inward = [&](size_t next) {
    current = next;
    return canFold(next);
  };
  if (const auto sum = plusNumber(current)) {
    found.w = sum->factor;
    if (!inward(sum->base)) return std::nullopt;
  }
  if (const Term scaled = term(current); scaled.base != current) {
    found.q = scaled.factor;
    if (!inward(scaled.base)) return std::nullopt;
  }
  if (!nodes_[current].isComputed || !isRoot(specs_, current)) return std::nullopt;
  current = argument(current, 0);
  if (const auto sum = plusNumber(current); sum && canFold(current)) {
    found.u = sum->factor;
    current = sum->base;
  }
  const Term inner = term(current);
  found.t = inner.factor;
  found.z = inner.base;
  return found;
}

// The product of two vectors under a root, or the larger of that and a scalar. No kernel adds to a quotient by it.
std::optional<InstructionSelector::ScaledProduct> InstructionSelector::boundedProduct(const Root& root) {
  size_t node = root.z;
  if (root.t.form != Form::constant || root.t.negative || root.u.form != Form::constant || !canFold(node))
    return std::nullopt;
  Scalar bound = constant(-std::numeric_limits<double>::infinity());
  if (specs_[node].op == "maximum" && isNumber(argument(node, 1))) {
    bound = {Form::itself, argument(node, 1)};
    node = argument(node, 0);
    if (!canFold(node)) return std::nullopt;
  }
  if (specs_[node].op != "multiply") return std::nullopt;
  auto found = scaledProduct(node, kOne, false);
  if (found) found->scalars.push_back(bound);
  return found;
}

// A product or quotient of two vectors, or a scalar divided by a vector, times `outer`. It may be added to a term.
std::optional<InstructionSelector::ScaledProduct> InstructionSelector::scaledProduct(size_t node, const Scalar& outer,
                                                                                     bool isAdded) {
  if (isSquare(specs_, node)) {
    const Operand operand = operandOf(argument(node, 0));
    return ScaledProduct{Elementwise::product, Elementwise::accumulate, {operand, operand}, {outer}};
  }
  const std::string& op = specs_[node].op;
  if (op != "multiply" && op != "divide") return std::nullopt;
  size_t a = argument(node, 0), b = argument(node, 1);
  if (isNumber(b) || (op == "multiply" && isNumber(a))) return std::nullopt;

  Scalar factor = outer;
  const auto scale = [&](size_t& side) {
    const Term scaled = term(side);
    const auto both = product(factor, scaled.factor);
    if (!both) return;
    factor = *both;
    side = scaled.base;
  };
  if (op == "multiply") {
    scale(a);
    scale(b);
    return ScaledProduct{Elementwise::product, Elementwise::accumulate, {operandOf(a), operandOf(b)}, {factor}};
  }
  scale(a);
  const auto divisor = canFold(b) ? root(b) : std::nullopt;
  if (const auto inner = divisor && !isAdded ? boundedProduct(*divisor) : std::nullopt)
    return ScaledProduct{Elementwise::productRootQuotient,
                         {},
                         {operandOf(a), inner->operands[0], inner->operands[1]},
                         {factor, divisor->q, inner->scalars[0], inner->scalars[1], divisor->w}};
  if (divisor)
    return ScaledProduct{Elementwise::rootQuotient,
                         Elementwise::rootQuotientAdd,
                         {operandOf(a), operandOf(divisor->z)},
                         {factor, divisor->q, divisor->t, divisor->u, divisor->w}};
  Scalar addend = kNothing;
  if (const auto sum = plusNumber(b); sum && canFold(b)) {
    addend = sum->factor;
    b = sum->base;
  }
  const Term scaled = canFold(b) ? term(b) : Term{kOne, b};
  return ScaledProduct{Elementwise::quotient,
                       Elementwise::quotientAdd,
                       {operandOf(a), operandOf(scaled.base)},
                       {factor, scaled.factor, addend}};
}

InstructionSelector::Operand InstructionSelector::lowerSum(size_t node) {
  const bool minus = specs_[node].op == "subtract";
  const auto signedBy = [](Scalar scalar, bool negative) { return negative ? negated(scalar) : scalar; };
  const size_t a = argument(node, 0), b = argument(node, 1);
  if (isNumber(a) || isNumber(b)) {
    const Scalar number = isNumber(a) ? Scalar{Form::itself, a} : Scalar{Form::itself, b, 1, minus};
    const Term scaled = term(isNumber(a) ? b : a);
    return program.compute(Elementwise::linear, {operandOf(scaled.base)},
                           {signedBy(scaled.factor, isNumber(a) && minus), number});
  }
  for (const bool second : {true, false}) {  // either side may be a product or a quotient
    const size_t side = second ? b : a;
    const Term scaled = term(side);
    if (!canFold(side) || !canFold(scaled.base)) continue;
    auto found = scaledProduct(scaled.base, signedBy(scaled.factor, second && minus), true);
    if (!found) continue;
    const Term rest = term(second ? a : b);
    found->operands.insert(found->operands.begin(), operandOf(rest.base));
    found->scalars.insert(found->scalars.begin(), signedBy(rest.factor, !second && minus));
    return program.compute(found->added, found->operands, found->scalars);
  }
  const Term x = term(a), y = term(b);
  return program.compute(Elementwise::axpby, {operandOf(x.base), operandOf(y.base)},
                         {x.factor, signedBy(y.factor, minus)});
}

InstructionSelector::Operand InstructionSelector::lower(size_t node) {
  const std::string& op = specs_[node].op;
  if (const auto found = root(node))
    return program.compute(Elementwise::root, {operandOf(found->z)}, {found->q, found->t, found->u, found->w});

  const Term scaled = term(node);
  if (scaled.base == node || canFold(scaled.base))
    if (const auto found = scaledProduct(scaled.base, scaled.factor, false))
      return program.compute(found->alone, found->operands, found->scalars);
  if (scaled.base != node)
    return program.compute(Elementwise::linear, {operandOf(scaled.base)}, {scaled.factor, kNothing});
  if (op == "add" || op == "subtract") return lowerSum(node);

  std::vector<Operand> operands;
  for (size_t i = 0; i < specs_[node].arguments.size(); ++i) operands.push_back(operandOf(argument(node, i)));
  if (op == "relu") return program.compute(Elementwise::maximum, {operands[0], program.broadcast(constant(0))}, {});
  if (op == "clip")
    return program.compute(Elementwise::minimum,
                           {program.compute(Elementwise::maximum, {operands[0], operands[1]}, {}), operands[2]}, {});
  if (op == "greater" || op == "greaterEqual") std::swap(operands[0], operands[1]);
  return program.compute(kPlain.at(op), operands, {});
}

InstructionSelector::Operand InstructionSelector::arrayOperand(size_t array) {
  const auto found = std::ranges::find(arrays, array);
  const size_t index = found - arrays.begin();
  if (found == arrays.end()) arrays.push_back(array);
  return {Operand::Kind::array, index};
}

InstructionSelector::Operand InstructionSelector::operandOf(size_t node) {
  if (!values_[node]) {
    if (isNumber(node))
      values_[node] = program.broadcast({Form::itself, node});
    else if (!nodes_[node].isComputed)
      values_[node] = arrayOperand(nodes_[node].array);
    else
      values_[node] = lower(node);
  }
  return *values_[node];
}

void InstructionSelector::store(size_t node, size_t array) {
  program.store(operandOf(node), arrayOperand(array).index);
}

size_t InstructionSelector::reduce(size_t node, bool squared) {
  if (!squared && canFold(node) && isSquare(specs_, node)) return program.reduce(true, operandOf(argument(node, 0)));
  return program.reduce(squared, operandOf(node));
}

}  // namespace optimbench
