#include "core/kernels/mean_pool.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "comparison.h"

using namespace optimbench;

void checkMeanPool() {
  double values = 0, gradients = 0;
  for (int round = 0; round < kRounds; ++round) {
    const MeanPool p{between(1, 40), between(3, 12), between(3, 12), {between(1, 3), between(1, 3)}};
    const int64_t height = p.height / p.window[0], width = p.width / p.window[1], count = between(1, 3);
    const auto x = numbers(count * p.height * p.width * p.channels), g = numbers(count * height * width * p.channels);
    std::vector<float> y(g.size()), dx(x.size(), NAN);
    meanPoolKernels().forward(p, count, x.data(), y.data());
    meanPoolKernels().backward(p, count, g.data(), dx.data());
    std::vector<double> ys(y.size()), dxs(dx.size());
    const double share = 1.0 / double(p.window[0] * p.window[1]);
    for (int64_t i = 0; i < count; ++i)
      for (int64_t row = 0; row < height * p.window[0]; ++row)
        for (int64_t column = 0; column < width * p.window[1]; ++column)
          for (int64_t c = 0; c < p.channels; ++c) {
            const int64_t from = ((i * p.height + row) * p.width + column) * p.channels + c;
            const int64_t to = ((i * height + row / p.window[0]) * width + column / p.window[1]) * p.channels + c;
            ys[to] += x[from] * share;
            dxs[from] = g[to] * share;
          }
    values = std::max(values, difference(y, ys));
    gradients = std::max(gradients, difference(dx, dxs));
  }
  report("pooling by means", values, 1e-6);
  report("pooling by means: gradients", gradients, 1e-6);
}
