// CUDA C++ of formulas, for kernels that a device compiles at run time (device_kernels.h). Values are float variables.
#pragma once

#include <string>
#include <vector>

#include "core/formula_spec.h"

namespace optimbench {

// Whether a node computes each element of its value from the same element of its arguments.
bool hasExpression(const std::vector<NodeSpec>& nodes, size_t node);
// The expression of such a node, given those of its arguments.
std::string expressionOf(const std::vector<NodeSpec>& nodes, size_t node, const std::vector<std::string>& arguments);

// A number as a float literal, rounded to float first.
std::string literal(double value);

// The functions that expressions call, for the top of a source.
std::string expressionFunctions();

}  // namespace optimbench
