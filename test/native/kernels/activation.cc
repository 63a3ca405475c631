#include "core/kernels/activation.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "comparison.h"

using namespace optimbench;

void checkActivation() {
  using D = double;
  const auto sigmoid = [](D x) { return 1 / (1 + std::exp(-x)); };
  const auto normal = [](D x) { return std::erfc(-x / std::sqrt(2.0)) / 2; };
  const D alpha = 1.6732632423543772848, scale = 1.0507009873554804934;
  double values = 0, gradients = 0;
  const auto check = [&](ActivationKind kind, const auto& value, const auto& derivative) {
    const int64_t n = between(1, 300);
    std::vector<float> x = numbers(n), y(n), dx(n);
    const std::vector<float> g = numbers(n);
    for (float& each : x) each *= std::exp2(static_cast<float>(between(-12, 7)));
    x[0] = NAN;
    activationKernels().forward(kind, n, x.data(), y.data());
    activationKernels().gradient(kind, n, g.data(), x.data(), y.data(), dx.data());
    if (!std::isnan(y[0]) || !std::isnan(dx[0])) values = gradients = INFINITY;
    for (int64_t i = 1; i < n; ++i) {
      const D expected = value(D(x[i]));
      // The tail of gelu, x (1 + erf), loses digits, and so do the vanishing ones of others.
      const D most = std::max(std::abs(expected), kind == ActivationKind::gelu ? std::abs(D(x[i])) : 1e-3);
      values = std::max(values, std::abs(y[i] - expected) / most);
      gradients = std::max(gradients, std::abs(dx[i] - g[i] * derivative(D(x[i]))));
    }
  };
  using K = ActivationKind;
  for (int round = 0; round < kRounds; ++round) {
    check(K::tanh, [](D x) { return std::tanh(x); }, [](D x) { return 1 - std::tanh(x) * std::tanh(x); });
    check(K::sigmoid, sigmoid, [&](D x) { return sigmoid(x) * (1 - sigmoid(x)); });
    check(K::silu, [&](D x) { return x * sigmoid(x); }, [&](D x) { return sigmoid(x) * (1 + x * (1 - sigmoid(x))); });
    check(K::elu, [](D x) { return x > 0 ? x : std::expm1(x); }, [](D x) { return x > 0 ? 1 : std::exp(x); });
    check(
        K::selu, [&](D x) { return scale * (x > 0 ? x : alpha * std::expm1(x)); },
        [&](D x) { return scale * (x > 0 ? 1 : alpha * std::exp(x)); });
    check(
        K::gelu, [&](D x) { return x * normal(x); },
        [&](D x) { return normal(x) + x * std::exp(-x * x / 2) / std::sqrt(2 * M_PI); });
  }
  report("activations", values, 1e-6);
  report("activations: gradients", gradients, 2e-6);
}
