#include "fusion.h"

#include <algorithm>
#include <map>
#include <string>

namespace optimbench {
namespace {

using Scalar = BlockProgram::Scalar;
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

// Operations that one kernel does by itself.
const std::map<std::string, Elementwise> kPlain = {
    {"abs", Elementwise::absolute},    {"sign", Elementwise::sign},
    {"maximum", Elementwise::maximum}, {"minimum", Elementwise::minimum},
    {"less", Elementwise::less},       {"lessEqual", Elementwise::lessEqual},
    {"greater", Elementwise::less},    {"greaterEqual", Elementwise::lessEqual},  // the other way round
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

// Whether a node may become a part of what reads it: nothing else does.
bool Fusion::isFree(size_t node) const { return nodes_[node].isComputed && nodes_[node].uses == 1 && !values_[node]; }

// A vector plus a number.
std::optional<Fusion::Term> Fusion::plusNumber(size_t node) const {
  const std::string& op = specs_[node].op;
  if (!nodes_[node].isComputed || (op != "add" && op != "subtract")) return std::nullopt;
  const size_t a = argument(node, 0), b = argument(node, 1);
  if (isNumber(b)) return Term{{Form::given, b, 1, op == "subtract"}, a};
  if (isNumber(a) && op == "add") return Term{{Form::given, a}, b};
  return std::nullopt;
}

Fusion::Term Fusion::term(size_t node) const {
  const Term itself{kOne, node};
  if (!nodes_[node].isComputed || values_[node]) return itself;
  const std::string& op = specs_[node].op;
  if (op == "negate") return {negated(kOne), argument(node, 0)};
  if (specs_[node].arguments.size() != 2) return itself;
  const size_t a = argument(node, 0), b = argument(node, 1);
  if (op == "multiply" && isNumber(a)) return {{Form::given, a}, b};
  if (op == "multiply" && isNumber(b)) return {{Form::given, b}, a};
  if (op == "divide" && isNumber(b)) return {{Form::reciprocal, b}, a};
  if ((op == "add" || op == "subtract") && !isNumber(a) && !isNumber(b)) {  // x - c x, as where weights decay
    const Term second = term(b);
    if (second.base == a && second.factor.form == Form::given)
      return {{op == "add" ? Form::onePlus : Form::oneMinus, second.factor.number}, a};
  }
  return itself;
}

std::optional<Fusion::Root> Fusion::root(size_t node) const {
  Root found{kOne, kOne, kNothing, kNothing, node};
  size_t current = node;
  const auto inward = [&](size_t next) {
    current = next;
    return isFree(next);
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
  if (const auto sum = plusNumber(current); sum && isFree(current)) {
    found.u = sum->factor;
    current = sum->base;
  }
  const Term inner = term(current);
  found.t = inner.factor;
  found.z = inner.base;
  return found;
}

// A product or quotient of two vectors, or a number's by a vector, times `outer`.
std::optional<Fusion::Part> Fusion::part(size_t node, const Scalar& outer) {
  if (isSquare(specs_, node)) {
    const Operand operand = vector(argument(node, 0));
    return Part{Elementwise::product, Elementwise::accumulate, {operand, operand}, {outer}};
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
    return Part{Elementwise::product, Elementwise::accumulate, {vector(a), vector(b)}, {factor}};
  }
  scale(a);
  if (const auto divisor = root(b); divisor && isFree(b))
    return Part{Elementwise::rootQuotient,
                Elementwise::rootQuotientAdd,
                {vector(a), vector(divisor->z)},
                {factor, divisor->q, divisor->t, divisor->u, divisor->w}};
  Scalar addend = kNothing;
  if (const auto sum = plusNumber(b); sum && isFree(b)) {
    addend = sum->factor;
    b = sum->base;
  }
  const Term divisor = isFree(b) ? term(b) : Term{kOne, b};
  return Part{Elementwise::quotient,
              Elementwise::quotientAdd,
              {vector(a), vector(divisor.base)},
              {factor, divisor.factor, addend}};
}

Fusion::Operand Fusion::lowerSum(size_t node) {
  const bool minus = specs_[node].op == "subtract";
  const auto signedBy = [](Scalar scalar, bool negative) { return negative ? negated(scalar) : scalar; };
  const size_t a = argument(node, 0), b = argument(node, 1);
  if (isNumber(a) || isNumber(b)) {
    const Scalar number = isNumber(a) ? Scalar{Form::given, a} : Scalar{Form::given, b, 1, minus};
    const Term scaled = term(isNumber(a) ? b : a);
    return program.compute(Elementwise::linear, {vector(scaled.base)},
                           {signedBy(scaled.factor, isNumber(a) && minus), number});
  }
  for (const bool second : {true, false}) {  // of the two may be a product or a quotient
    const size_t side = second ? b : a;
    const Term scaled = term(side);
    if (!isFree(side) || !isFree(scaled.base)) continue;
    auto found = part(scaled.base, signedBy(scaled.factor, second && minus));
    if (!found) continue;
    const Term rest = term(second ? a : b);
    found->operands.insert(found->operands.begin(), vector(rest.base));
    found->scalars.insert(found->scalars.begin(), signedBy(rest.factor, !second && minus));
    return program.compute(found->added, found->operands, found->scalars);
  }
  const Term x = term(a), y = term(b);
  return program.compute(Elementwise::axpby, {vector(x.base), vector(y.base)}, {x.factor, signedBy(y.factor, minus)});
}

Fusion::Operand Fusion::lower(size_t node) {
  const std::string& op = specs_[node].op;
  if (const auto found = root(node))
    return program.compute(Elementwise::root, {vector(found->z)}, {found->q, found->t, found->u, found->w});

  const Term scaled = term(node);
  if (scaled.base == node || isFree(scaled.base))
    if (const auto found = part(scaled.base, scaled.factor))
      return program.compute(found->alone, found->operands, found->scalars);
  if (scaled.base != node)
    return program.compute(Elementwise::linear, {vector(scaled.base)}, {scaled.factor, kNothing});
  if (op == "add" || op == "subtract") return lowerSum(node);

  std::vector<Operand> operands;
  for (size_t i = 0; i < specs_[node].arguments.size(); ++i) operands.push_back(vector(argument(node, i)));
  if (op == "relu") return program.compute(Elementwise::maximum, {operands[0], program.everywhere(constant(0))}, {});
  if (op == "clip")
    return program.compute(Elementwise::minimum,
                           {program.compute(Elementwise::maximum, {operands[0], operands[1]}, {}), operands[2]}, {});
  if (op == "greater" || op == "greaterEqual") std::swap(operands[0], operands[1]);
  return program.compute(kPlain.at(op), operands, {});
}

Fusion::Operand Fusion::place(size_t array) {
  const auto found = std::ranges::find(arrays, array);
  const size_t index = found - arrays.begin();
  if (found == arrays.end()) arrays.push_back(array);
  return {Operand::Kind::array, index};
}

Fusion::Operand Fusion::vector(size_t node) {
  if (!values_[node]) {
    if (isNumber(node))
      values_[node] = program.everywhere({Form::given, node});
    else if (!nodes_[node].isComputed)
      values_[node] = place(nodes_[node].array);
    else
      values_[node] = lower(node);
  }
  return *values_[node];
}

void Fusion::store(size_t node, size_t array) { program.store(vector(node), place(array).index); }

size_t Fusion::total(size_t node, bool squared) {
  if (!squared && isFree(node) && isSquare(specs_, node)) return program.total(true, vector(argument(node, 0)));
  return program.total(squared, vector(node));
}

}  // namespace optimbench
