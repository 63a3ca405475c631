// Executes formulas: losses over [samples, classes], updates over the parameter vector. A value is a number on the host
// (double) or a tensor. Arithmetic on numbers alone stays on the host.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/api.h"
#include "core/torch.h"

namespace optimbench {

using Value = std::variant<double, at::Tensor>;
using Sizes = std::vector<int64_t>;  // along the axes; empty for a number

// A graph whose operations are looked up once. Running it calls one function pointer per node.
class Formula {
 public:
  enum class Reduce { everything, classes };  // what sum, mean, max, min and norm reduce

  Formula(const std::vector<NodeSpec>& nodes, Reduce reduce, const std::vector<std::string>& inputs);

  // The values of the first `count` nodes, given the inputs in the order of the constructor's names.
  std::vector<Value> run(const std::vector<Value>& inputs, size_t count) const;
  // The value of one node, given those of the nodes before it.
  Value run(size_t node, const std::vector<Value>& values, const std::vector<Value>& inputs) const;
  // The same with the shape that was inferred for it. Throws if the value has another shape.
  Value run(size_t node, const Sizes& sizes, const std::vector<Value>& values, const std::vector<Value>& inputs) const;

  // The values of the nodes that depend on numbers only; nothing for those that depend on a tensor.
  std::vector<std::optional<double>> scalars(const std::vector<Value>& inputs) const;
  // Whether each node's value depends on an input.
  std::vector<bool> varying() const;
  // Moves the formula's row constants to the device of the operands.
  void moveRowsTo(const at::TensorOptions& options);

  const std::vector<NodeSpec>& nodes() const { return specs_; }
  size_t input(size_t node) const { return nodes_[node].input; }  // the index of the input that the node reads

 private:
  struct Node {
    enum class Kind { constant, row, input, operation } kind;
    double value;
    at::Tensor row;  // [1, classes], in double precision
    size_t input;
    Value (*apply)(const std::vector<Value>& arguments, Reduce reduce);
    std::vector<size_t> arguments;
  };
  std::vector<NodeSpec> specs_;
  std::vector<Node> nodes_;
  Reduce reduce_;
};

at::Tensor asTensor(const Value& value);

}  // namespace optimbench
