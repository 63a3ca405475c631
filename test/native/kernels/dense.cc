#include "core/kernels/dense.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "comparison.h"

using namespace optimbench;

void checkDense() {
  double forward = 0, backward = 0, weight = 0;
  for (int round = 0; round < kRounds; ++round) {
    const DenseShape shape{between(1, 90), between(1, 60), between(0, 1) == 1};
    const auto& [inputs, units, relu] = shape;
    const int64_t samples = between(1, 40), parts = between(1, 70);
    const DenseKernels& kernels = denseKernels();
    std::vector<char> scratch(static_cast<size_t>(kernels.scratchBytes(shape, parts * samples)));
    const auto x = numbers(samples * inputs), w = numbers(units * inputs), bias = numbers(units);
    const auto g = numbers(samples * units), before = numbers(units * inputs);
    std::vector<float> y(samples * units), dx(samples * inputs), dw = before;
    const bool hasBias = between(0, 1) == 1;
    kernels.forward(shape, samples, x.data(), w.data(), hasBias ? bias.data() : nullptr, y.data(), scratch.data());
    kernels.backward(shape, samples, g.data(), w.data(), dx.data(), scratch.data());
    const std::vector<DenseSamples> all(parts, {samples, x.data(), g.data()});
    const int64_t middle = between(0, inputs);
    for (const auto& [first, end] : {std::pair{int64_t{0}, middle}, {middle, inputs}})
      kernels.addWeightGradient(shape, first, end, all.data(), parts, dw.data(), scratch.data());

    std::vector<double> ys(y.size()), dxs(dx.size()), dws(before.begin(), before.end());
    for (int64_t s = 0; s < samples; ++s)
      for (int64_t u = 0; u < units; ++u) {
        double sum = hasBias ? bias[u] : 0;
        for (int64_t i = 0; i < inputs; ++i) {
          sum += double(x[s * inputs + i]) * w[u * inputs + i];
          dxs[s * inputs + i] += double(g[s * units + u]) * w[u * inputs + i];
          dws[u * inputs + i] += double(parts) * g[s * units + u] * x[s * inputs + i];
        }
        ys[s * units + u] = relu ? std::max(sum, 0.0) : sum;
      }
    forward = std::max(forward, difference(y, ys));
    backward = std::max(backward, difference(dx, dxs));
    weight = std::max(weight, difference(dw, dws));
  }
  report("dense: output", forward, 1e-6);
  report("dense: input gradient", backward, 1e-6);
  report("dense: weight gradient", weight, 1e-6);
}
