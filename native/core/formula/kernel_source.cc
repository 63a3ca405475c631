#include "kernel_source.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <map>

namespace optimbench {
namespace {

// By operation, with $0, $1 and $2 for the arguments. NaN propagates, and kinks are as in libtorch's operators.
const std::map<std::string, std::string> kExpressions = {
    {"add", "$0 + $1"},
    {"subtract", "$0 - $1"},
    {"multiply", "$0 * $1"},
    {"divide", "$0 / $1"},
    {"power", "powf($0, $1)"},
    {"negate", "-$0"},
    {"less", "$0 < $1 ? 1.0f : 0.0f"},
    {"lessEqual", "$0 <= $1 ? 1.0f : 0.0f"},
    {"greater", "$0 > $1 ? 1.0f : 0.0f"},
    {"greaterEqual", "$0 >= $1 ? 1.0f : 0.0f"},
    {"equal", "$0 == $1 ? 1.0f : 0.0f"},
    {"notEqual", "$0 != $1 ? 1.0f : 0.0f"},
    {"minimum", "smaller($0, $1)"},
    {"maximum", "larger($0, $1)"},
    {"abs", "fabsf($0)"},
    {"sign", "($0 > 0.0f ? 1.0f : 0.0f) - ($0 < 0.0f ? 1.0f : 0.0f)"},
    {"sqrt", "sqrtf($0)"},
    {"square", "$0 * $0"},
    {"exp", "expf($0)"},
    {"log", "logf($0)"},
    {"tanh", "tanhf($0)"},
    {"sigmoid", "1.0f / (1.0f + expf(-$0))"},
    {"softplus", "larger($0, 0.0f) + log1pf(expf(-fabsf($0)))"},
    {"relu", "larger($0, 0.0f)"},
    {"clip", "smaller(larger($0, $1), $2)"},
    {"where", "$0 != 0.0f ? $1 : $2"},
    // In gradients of losses.
    {"minimumGradient", "$1 > $2 ? 0.0f : $1 == $2 ? $0 / 2.0f : $0"},
    {"maximumGradient", "$1 < $2 ? 0.0f : $1 == $2 ? $0 / 2.0f : $0"},
    {"reluGradient", "$1 <= 0.0f ? 0.0f : $0"},
    {"sigmoidGradient", "$0 * (1.0f - $1) * $1"},
    {"tanhGradient", "$0 * (1.0f - $1 * $1)"},
    {"softplusGradient", "$0 / (1.0f + expf(-$1))"},
};

// Powers with a constant exponent for which libtorch does not call pow.
const std::map<double, std::string> kPowers = {
    {2, "$0 * $0"}, {3, "$0 * $0 * $0"}, {0.5, "sqrtf($0)"}, {-0.5, "1.0f / sqrtf($0)"}, {-1, "1.0f / $0"},
};

}  // namespace

bool hasExpression(const std::vector<NodeSpec>& nodes, size_t node) { return kExpressions.contains(nodes[node].op); }

std::string expressionOf(const std::vector<NodeSpec>& nodes, size_t node, const std::vector<std::string>& arguments) {
  const NodeSpec& spec = nodes[node];
  std::string form = kExpressions.at(spec.op);
  if (spec.op == "power" && nodes[spec.arguments[1]].op == "constant") {
    const auto found = kPowers.find(nodes[spec.arguments[1]].value);
    if (found != kPowers.end()) form = found->second;
  }
  std::string expression;
  for (size_t i = 0; i < form.size(); ++i)
    if (form[i] == '$')
      expression += arguments[form[++i] - '0'];
    else
      expression += form[i];
  return expression;
}

std::string literal(double value) {
  const auto rounded = static_cast<float>(value);
  if (std::isnan(rounded)) return "(0.0f / 0.0f)";
  if (std::isinf(rounded)) return rounded > 0 ? "(1.0f / 0.0f)" : "(-1.0f / 0.0f)";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "(%.8ef)", static_cast<double>(rounded));  // 9 digits identify a float
  return text.data();
}

std::string expressionFunctions() {
  return R"(
static __device__ inline float smaller(float x, float y) { return x != x || x < y ? x : y; }
static __device__ inline float larger(float x, float y) { return x != x || x > y ? x : y; }
)";
}

}  // namespace optimbench
