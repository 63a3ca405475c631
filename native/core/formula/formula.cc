#include "formula.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>
#include <unordered_map>

namespace optimbench {
namespace {

using Reduce = Formula::Reduce;
using Values = std::vector<Value>;

bool isNumber(const Value& value) { return std::holds_alternative<double>(value); }
double number(const Value& value) { return std::get<double>(value); }

// An operation: `scalar` if all arguments are numbers, else `tensor`.
template <auto scalar, auto tensor>
Value unary(const Values& v, Reduce) {
  if (isNumber(v[0])) return scalar(number(v[0]));
  return tensor(std::get<at::Tensor>(v[0]));
}

template <auto scalar, auto tensor>
Value binary(const Values& v, Reduce) {
  if (isNumber(v[0]) && isNumber(v[1])) return scalar(number(v[0]), number(v[1]));
  return tensor(asTensor(v[0]), asTensor(v[1]));
}

// A reduction: over everything to one number on the device, or over the classes, keeping the axis.
template <auto everything, auto classes>
Value reduction(const Values& v, Reduce reduce) {
  const at::Tensor x = asTensor(v[0]);
  return reduce == Reduce::everything ? everything(x) : classes(x);
}

// The derivative of a function, from that by its result and from its argument or result.
template <auto function>
Value derivative(const Values& v, Reduce) {
  return function(asTensor(v[0]), asTensor(v[1]));
}

// A function of a matrix, whose rows and columns are the last two axes.
template <auto function>
Value matrix(const Values& v, Reduce) {
  const at::Tensor x = asTensor(v[0]);
  if (x.dim() < 2) throw std::runtime_error("a matrix function needs a value with rows and columns");
  return function(x);
}

at::Tensor comparison(const at::Tensor& result, const at::Tensor& like) { return result.to(like.scalar_type()); }

// NaN propagates, as in libtorch's operators on tensors.
double smaller(double x, double y) { return std::isnan(x) || x < y ? x : y; }
double larger(double x, double y) { return std::isnan(x) || x > y ? x : y; }
double positivePart(double x) { return larger(x, 0); }
double softplus(double x) { return positivePart(x) + std::log1p(std::exp(-std::abs(x))); }
at::Tensor softplusOf(const at::Tensor& x) { return -at::log_sigmoid(-x); }  // exact, including its gradient at 0

at::Tensor softplusDerivative(const at::Tensor& g, const at::Tensor& x) {
  const at::Tensor buffer = std::get<1>(at::log_sigmoid_forward(-x));
  return -at::log_sigmoid_backward(-g, -x, buffer);
}

// The part of a gradient that belongs to one of two arguments of which an operation took one.
template <auto isOther>
Value partOf(const Values& v, Reduce) {
  const at::Tensor g = asTensor(v[0]), x = asTensor(v[1]), other = asTensor(v[2]);
  return at::where(x == other, g / 2, g).masked_fill_(isOther(x, other), 0);
}

Value inTheShapeOf(const Values& v, Reduce) {
  if (isNumber(v[1])) return v[0];
  const at::Tensor g = asTensor(v[0]);
  const at::IntArrayRef sizes = std::get<at::Tensor>(v[1]).sizes();
  if (g.sizes() == sizes) return g;
  return at::is_expandable_to(g.sizes(), sizes) ? g.expand(sizes) : at::sum_to(g, sizes);
}

// libtorch makes a float32 tensor of two plain numbers; here a number takes the precision of the condition.
at::Tensor chosen(const Value& value, const at::Tensor& condition) {
  return isNumber(value) ? at::full({}, number(value), condition.options()) : std::get<at::Tensor>(value);
}

#define SCALAR1(expression) ([](double x) -> double { return expression; })
#define SCALAR2(expression) ([](double x, double y) -> double { return expression; })
#define TENSOR1(expression) ([](const at::Tensor& x) -> at::Tensor { return expression; })
#define TENSOR2(expression) ([](const at::Tensor& x, const at::Tensor& y) -> at::Tensor { return expression; })

using Apply = Value (*)(const Values&, Reduce);

constexpr Apply minimum = binary<smaller, TENSOR2(at::minimum(x, y))>;
constexpr Apply maximum = binary<larger, TENSOR2(at::maximum(x, y))>;

struct Operation {
  size_t arity;
  Apply apply;
};

const std::unordered_map<std::string, Operation>& operations() {
  static const auto* table = new std::unordered_map<std::string, Operation>{
      {"add", {2, binary<SCALAR2(x + y), TENSOR2(at::add(x, y))>}},
      {"subtract", {2, binary<SCALAR2(x - y), TENSOR2(at::sub(x, y))>}},
      {"multiply", {2, binary<SCALAR2(x * y), TENSOR2(at::mul(x, y))>}},
      {"divide", {2, binary<SCALAR2(x / y), TENSOR2(at::div(x, y))>}},
      {"power", {2, [](const Values& v, Reduce) -> Value {
                   if (isNumber(v[1])) {  // libtorch squares if the exponent is a plain 2
                     if (isNumber(v[0])) return std::pow(number(v[0]), number(v[1]));
                     return at::pow(std::get<at::Tensor>(v[0]), number(v[1]));
                   }
                   return at::pow(asTensor(v[0]), asTensor(v[1]));
                 }}},
      {"less", {2, binary<SCALAR2(x < y), TENSOR2(comparison(at::lt(x, y), x.dim() > 0 ? x : y))>}},
      {"lessEqual", {2, binary<SCALAR2(x <= y), TENSOR2(comparison(at::le(x, y), x.dim() > 0 ? x : y))>}},
      {"greater", {2, binary<SCALAR2(x > y), TENSOR2(comparison(at::gt(x, y), x.dim() > 0 ? x : y))>}},
      {"greaterEqual", {2, binary<SCALAR2(x >= y), TENSOR2(comparison(at::ge(x, y), x.dim() > 0 ? x : y))>}},
      {"equal", {2, binary<SCALAR2(x == y), TENSOR2(comparison(at::eq(x, y), x.dim() > 0 ? x : y))>}},
      {"notEqual", {2, binary<SCALAR2(x != y), TENSOR2(comparison(at::ne(x, y), x.dim() > 0 ? x : y))>}},
      {"minimum", {2, minimum}},
      {"maximum", {2, maximum}},

      {"negate", {1, unary<SCALAR1(-x), TENSOR1(at::neg(x))>}},
      {"abs", {1, unary<SCALAR1(std::abs(x)), TENSOR1(at::abs(x))>}},
      {"sign", {1, unary<SCALAR1((x > 0) - (x < 0)), TENSOR1(at::sign(x))>}},
      {"sqrt", {1, unary<SCALAR1(std::sqrt(x)), TENSOR1(at::sqrt(x))>}},
      {"square", {1, unary<SCALAR1(x * x), TENSOR1(at::square(x))>}},
      {"exp", {1, unary<SCALAR1(std::exp(x)), TENSOR1(at::exp(x))>}},
      {"log", {1, unary<SCALAR1(std::log(x)), TENSOR1(at::log(x))>}},
      {"tanh", {1, unary<SCALAR1(std::tanh(x)), TENSOR1(at::tanh(x))>}},
      {"sigmoid", {1, unary<SCALAR1(1 / (1 + std::exp(-x))), TENSOR1(at::sigmoid(x))>}},
      {"softplus", {1, unary<softplus, softplusOf>}},
      {"relu", {1, unary<positivePart, TENSOR1(at::relu(x))>}},

      {"clip", {3, [](const Values& v, Reduce reduce) -> Value {
                  return minimum({maximum({v[0], v[1]}, reduce), v[2]}, reduce);
                }}},
      {"where", {3, [](const Values& v, Reduce) -> Value {
                   if (isNumber(v[0])) return number(v[0]) != 0 ? v[1] : v[2];
                   const at::Tensor& condition = std::get<at::Tensor>(v[0]);
                   return at::where(condition.ne(0), chosen(v[1], condition), chosen(v[2], condition));
                 }}},

      {"sum", {1, reduction<TENSOR1(at::sum(x)), TENSOR1(at::sum(x, {1}, true))>}},
      {"mean", {1, reduction<TENSOR1(at::mean(x)), TENSOR1(at::mean(x, {1}, true))>}},
      {"max", {1, reduction<TENSOR1(at::max(x)), TENSOR1(at::amax(x, {1}, true))>}},
      {"min", {1, reduction<TENSOR1(at::min(x)), TENSOR1(at::amin(x, {1}, true))>}},
      {"norm", {1, reduction<TENSOR1(at::norm(x)), TENSOR1(at::norm(x, 2, {1}, true))>}},
      {"rowMean", {1, matrix<TENSOR1(at::mean(x, {-1}, true))>}},
      {"columnMean", {1, matrix<TENSOR1(at::mean(x, {-2}, true))>}},
      {"transpose", {1, matrix<TENSOR1(at::transpose(x, -2, -1))>}},
      {"rows", {1, matrix<[](const at::Tensor& x) { return static_cast<double>(x.size(-2)); }>}},
      {"columns", {1, matrix<[](const at::Tensor& x) { return static_cast<double>(x.size(-1)); }>}},
      {"matmul", {2, [](const Values& v, Reduce) -> Value { return at::matmul(asTensor(v[0]), asTensor(v[1])); }}},
      {"flatten", {1, matrix<TENSOR1(at::flatten(x, 1))>}},
      {"reshape", {2, [](const Values& v, Reduce) -> Value {
                     return at::reshape(asTensor(v[0]), asTensor(v[1]).sizes());
                   }}},

      {"oneHot", {1, [](const Values& v, Reduce) -> Value {
                    const at::Tensor x = asTensor(v[0]);
                    return at::zeros_like(x).scatter_(1, x.argmax(1, true), 1);
                  }}},
      {"softmax", {1, reduction<TENSOR1(at::softmax(x, 0)), TENSOR1(at::softmax(x, 1))>}},
      {"logSoftmax", {1, reduction<TENSOR1(at::log_softmax(x, 0)), TENSOR1(at::log_softmax(x, 1))>}},

      // In gradients of losses. The derivatives are those of autograd, to the bit.
      {"ones", {1, unary<SCALAR1((void(x), 1.0)), TENSOR1(at::ones_like(x))>}},
      {"like", {2, inTheShapeOf}},
      {"minimumGradient", {3, partOf<TENSOR2(x > y)>}},
      {"maximumGradient", {3, partOf<TENSOR2(x < y)>}},
      {"reluGradient", {2, derivative<TENSOR2(at::threshold_backward(x, y, 0))>}},
      {"sigmoidGradient", {2, derivative<TENSOR2(at::sigmoid_backward(x, y))>}},
      {"tanhGradient", {2, derivative<TENSOR2(at::tanh_backward(x, y))>}},
      {"softplusGradient", {2, derivative<softplusDerivative>}},
      {"softmaxGradient", {2, derivative<TENSOR2(at::_softmax_backward_data(x, y, 1, y.scalar_type()))>}},
      {"logSoftmaxGradient", {2, derivative<TENSOR2(at::_log_softmax_backward_data(x, y, 1, y.scalar_type()))>}},
  };
  return *table;
}

#undef SCALAR1
#undef SCALAR2
#undef TENSOR1
#undef TENSOR2

}  // namespace

// A host number takes the other operand's precision, as a Python number does in PyTorch.
at::Tensor asTensor(const Value& value) {
  if (!isNumber(value)) return std::get<at::Tensor>(value);
  at::Tensor tensor = at::scalar_tensor(number(value), at::kDouble);
  tensor.unsafeGetTensorImpl()->set_wrapped_number(true);
  return tensor;
}

Formula::Formula(const std::vector<NodeSpec>& nodes, Reduce reduce, const std::vector<std::string>& inputs)
    : specs_(nodes), reduce_(reduce) {
  for (const NodeSpec& spec : nodes) {
    const auto fail = [&](const std::string& what) {
      throw std::runtime_error("formula node " + std::to_string(nodes_.size()) + ": " + what);
    };
    Node node{Node::Kind::operation, spec.value, {}, 0, nullptr, {}};
    if (spec.op == "constant") {
      node.kind = Node::Kind::constant;
    } else if (spec.op == "row") {
      node.kind = Node::Kind::row;
      node.row = at::tensor(spec.values, at::kDouble).unsqueeze(0);
    } else if (spec.op == "input") {
      node.kind = Node::Kind::input;
      while (node.input < inputs.size() && inputs[node.input] != spec.name) ++node.input;
      if (node.input == inputs.size()) fail("unknown input '" + spec.name + "'");
    } else {
      const auto found = operations().find(spec.op);
      if (found == operations().end()) fail("unknown operation '" + spec.op + "'");
      if (found->second.arity != spec.arguments.size()) fail("wrong number of arguments for '" + spec.op + "'");
      node.apply = found->second.apply;
      for (const int64_t argument : spec.arguments) {
        if (argument < 0 || argument >= static_cast<int64_t>(nodes_.size())) fail("argument does not precede its use");
        node.arguments.push_back(static_cast<size_t>(argument));
      }
    }
    nodes_.push_back(std::move(node));
  }
}

Value Formula::run(size_t index, const std::vector<Value>& values, const std::vector<Value>& inputs) const {
  const Node& node = nodes_[index];
  if (node.kind == Node::Kind::constant) return node.value;
  if (node.kind == Node::Kind::input) return inputs[node.input];
  if (node.kind == Node::Kind::row)  // in the precision and on the device of the logits
    return node.row.to(std::get<at::Tensor>(inputs[0]).options());
  Values arguments;
  for (const size_t argument : node.arguments) arguments.push_back(values[argument]);
  return node.apply(arguments, reduce_);
}

// `where` on a condition that is a number returns one branch, which may have fewer axes than the other.
Value Formula::run(size_t index, const Sizes& sizes, const std::vector<Value>& values,
                   const std::vector<Value>& inputs) const {
  Value value = run(index, values, inputs);
  const auto* tensor = std::get_if<at::Tensor>(&value);
  if (tensor == nullptr ? sizes.empty() : tensor->sizes() == at::IntArrayRef(sizes)) return value;
  const at::IntArrayRef found = tensor == nullptr ? at::IntArrayRef{} : tensor->sizes();
  if (specs_[index].op != "where" || !at::is_expandable_to(found, sizes))
    throw std::runtime_error("formula node " + std::to_string(index) + " (" + specs_[index].op + "): " +
                             c10::str(found) + " is not the inferred shape " + c10::str(at::IntArrayRef(sizes)));
  if (tensor == nullptr) return at::full(sizes, number(value), std::get<at::Tensor>(inputs[0]).options());
  return tensor->expand(sizes);
}

std::vector<std::optional<double>> Formula::scalars(const std::vector<Value>& inputs) const {
  std::vector<std::optional<double>> known(nodes_.size());
  std::vector<Value> values(nodes_.size());
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    if (node.kind == Node::Kind::row) continue;
    if (node.kind == Node::Kind::input && !isNumber(inputs[node.input])) continue;
    const auto isKnown = [&](size_t argument) { return known[argument].has_value(); };
    if (!std::ranges::all_of(node.arguments, isKnown)) continue;
    values[i] = run(i, values, inputs);
    if (isNumber(values[i])) known[i] = number(values[i]);
  }
  return known;
}

std::vector<bool> Formula::varying() const {
  std::vector<bool> varying;
  for (const Node& node : nodes_)
    varying.push_back(node.kind == Node::Kind::input ||
                      std::ranges::any_of(node.arguments, [&](size_t argument) { return varying[argument]; }));
  return varying;
}

void Formula::moveRowsTo(const at::TensorOptions& options) {
  for (Node& node : nodes_)
    if (node.row.defined()) node.row = node.row.to(options);
}

std::vector<Value> Formula::run(const std::vector<Value>& inputs, size_t count) const {
  std::vector<Value> values;
  values.reserve(count);
  for (size_t i = 0; i < count; ++i) values.push_back(run(i, values, inputs));
  return values;
}

}  // namespace optimbench
