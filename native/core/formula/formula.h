// Executes formulas: losses over [samples, classes], updates over the parameter vector.
// A value is a number on the host (double) or a tensor; arithmetic of numbers alone stays on the host.
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
using Sizes = std::vector<int64_t>;  // along the axes; none for a number

// A graph whose operations are looked up once, so that running it is a walk over function pointers.
class Formula {
 public:
  enum class Reduce { everything, classes };  // what sum, mean, max, min and norm run over

  Formula(const std::vector<NodeSpec>& nodes, Reduce reduce, const std::vector<std::string>& inputs);

  // The value of every node, given the inputs in the order of the constructor's names.
  std::vector<Value> run(const std::vector<Value>& inputs) const;
  // The value of one node, given those of the nodes before it.
  Value run(size_t node, const std::vector<Value>& values, const std::vector<Value>& inputs) const;
  // The same, of the shape that was inferred for it; throws where the value has another.
  Value run(size_t node, const Sizes& sizes, const std::vector<Value>& values, const std::vector<Value>& inputs) const;

  // The nodes' values as far as numbers alone make them; nothing where a tensor has a part in it.
  std::vector<std::optional<double>> scalars(const std::vector<Value>& inputs) const;
  // Whether each node's value depends on an input.
  std::vector<bool> varying() const;
  // Moves the rows that formulas contain to where the operands will be.
  void moveRowsTo(const at::TensorOptions& options);

  const std::vector<NodeSpec>& nodes() const { return specs_; }
  size_t input(size_t node) const { return nodes_[node].input; }  // which of the inputs it is

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
