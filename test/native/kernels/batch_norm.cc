#include "core/kernels/batch_norm.h"

#include <algorithm>
#include <vector>

#include "comparison.h"

using namespace optimbench;

void checkBatchNorm() {
  double statistics = 0, values = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Pixels pixels{between(1, 70), between(1, 90)};
    const auto [channels, count] = pixels;
    const auto x = numbers(channels * count), g = numbers(channels * count);
    const auto mean = numbers(channels), factor = numbers(channels), shift = numbers(channels);
    const auto slope = numbers(channels), offset = numbers(channels);
    const Normalisation n{mean.data(), factor.data(), shift.data(), between(0, 1) == 1};
    const BatchNormKernels& kernels = batchNormKernels();
    std::vector<char> scratch(static_cast<size_t>(kernels.scratchBytes(channels)));
    std::vector<double> found[4];
    for (auto& each : found) each.resize(channels);
    std::vector<float> y(x.size()), dx(x.size());
    kernels.measure(pixels, x.data(), found[0].data(), found[1].data(), scratch.data());
    kernels.normalise(pixels, n, x.data(), y.data(), scratch.data());
    kernels.measureGradient(pixels, n, x.data(), g.data(), found[2].data(), found[3].data(), scratch.data());
    kernels.gradient(pixels, n, slope.data(), offset.data(), x.data(), g.data(), dx.data(), scratch.data());

    std::vector<double> expected[4], ys(x.size()), dxs(x.size());
    for (auto& each : expected) each.resize(channels);
    for (int64_t c = 0; c < channels; ++c) {
      for (int64_t i = c; i < channels * count; i += channels) expected[0][c] += x[i] / double(count);
      for (int64_t i = c; i < channels * count; i += channels) {
        const double centred = double(x[i]) - mean[c], output = factor[c] * centred + shift[c];
        const double kept = n.relu && output <= 0 ? 0 : g[i];
        ys[i] = n.relu ? std::max(output, 0.0) : output;
        dxs[i] = factor[c] * kept + slope[c] * centred + offset[c];
        expected[1][c] += (x[i] - expected[0][c]) * (x[i] - expected[0][c]);
        expected[2][c] += kept;
        expected[3][c] += kept * centred;
      }
    }
    for (int i = 0; i < 4; ++i) statistics = std::max(statistics, difference(found[i], expected[i]));
    values = std::max({values, difference(y, ys), difference(dx, dxs)});
  }
  report("batch normalisation: statistics", statistics, 1e-5);
  report("batch normalisation: values", values, 1e-6);
}
