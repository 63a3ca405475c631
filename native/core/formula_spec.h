// Plain structs, part of api.h: losses and updates as graphs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace optimbench {

// A formula as a graph; every node follows its arguments (see src/formula/graph.ts).
struct NodeSpec {
  std::string op;              // "constant", "row", "input" or an operation
  double value = 0;            // constant
  std::vector<double> values;  // row: one number per class
  std::string name;            // input
  std::vector<int64_t> arguments;
};

struct LossSpec {
  std::vector<NodeSpec> nodes;  // of the loss, then those of its gradient
  int64_t result = 0;
  int64_t gradient = 0;              // of the sum of the results, by the logits
  std::vector<double> classWeights;  // per class, what training multiplies a sample's loss by; empty for 1 each
};

struct UpdateSpec {
  struct State {
    std::string name;
    double initial;
    bool startsAsTheta;  // instead of at `initial`
    bool isNumber;       // a scalar on the host, not a tensor
  };
  struct Assignment {
    std::string target;  // "theta", "g", "evaluation" or a state
    int64_t node;
  };
  // What a block runs on at a time, with the shapes of all its values. A number has an empty shape.
  struct Part {
    std::optional<int64_t> parameter;  // none: the whole vector
    std::vector<int64_t> axes;         // of the parameter, in the formula's order
    std::vector<std::vector<int64_t>> nodes, state;
  };
  struct Block {
    std::vector<NodeSpec> nodes;
    std::vector<State> state;
    std::vector<Assignment> assign;
    std::vector<Part> parts;
  };
  struct Input {
    std::string name;
    double value;  // unless a pass overrides it
  };
  std::vector<Block> blocks;  // run one after the other
  std::vector<Input> inputs;  // hyperparameters that a pass may change from step to step
};

}  // namespace optimbench
