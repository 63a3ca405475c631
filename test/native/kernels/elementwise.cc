#include "core/kernels/elementwise.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "comparison.h"

using namespace optimbench;

void checkElementwise() {
  const auto run = [](Elementwise which, int64_t n, const std::vector<float>* operands, const float* k) {
    std::vector<float> result(n);
    elementwiseKernels()[static_cast<int>(which)](result.data(), operands[0].data(), operands[1].data(),
                                                  operands[2].data(), k, n);
    return result;
  };
  double error = 0, sums = 0;
  for (int round = 0; round < kRounds; ++round) {
    const int64_t n = between(1, 300);
    const std::vector<float> operands[] = {numbers(n), numbers(n), numbers(n)};
    const float k[kScalars] = {0.5f, 2.0f, 3.0f, 0.25f, 0.125f, 1.5f};
    const auto check = [&](Elementwise which, const auto& expected) {
      std::vector<double> values(n);
      for (int64_t i = 0; i < n; ++i) values[i] = expected(operands[0][i], operands[1][i], operands[2][i]);
      error = std::max(error, difference(run(which, n, operands, k), values));
    };
    using E = Elementwise;
    using D = double;
    check(E::linear, [&](D x, D, D) { return k[0] * x + k[1]; });
    check(E::axpby, [&](D x, D y, D) { return k[0] * x + k[1] * y; });
    check(E::product, [&](D x, D y, D) { return k[0] * x * y; });
    check(E::accumulate, [&](D x, D y, D z) { return k[0] * x + k[1] * y * z; });
    check(E::root, [&](D x, D, D) { return k[0] * std::sqrt(k[1] * x + k[2]) + k[3]; });
    check(E::absolute, [](D x, D, D) { return std::abs(x); });
    check(E::sign, [](D x, D, D) { return D(x > 0) - D(x < 0); });
    check(E::maximum, [](D x, D y, D) { return std::max(x, y); });
    check(E::minimum, [](D x, D y, D) { return std::min(x, y); });
    check(E::less, [](D x, D y, D) { return D(x < y); });
    check(E::lessEqual, [](D x, D y, D) { return D(x <= y); });
    check(E::equal, [](D x, D y, D) { return D(x == y); });
    check(E::notEqual, [](D x, D y, D) { return D(x != y); });
    check(E::where, [](D x, D y, D z) { return x != 0 ? y : z; });
    double sum = 0, squares = 0;
    for (const float x : operands[0]) {
      sum += x;
      squares += double(x) * x;
    }
    sums = std::max(
        {sums, std::abs(run(E::sum, n, operands, k)[0] - sum), std::abs(run(E::squares, n, operands, k)[0] - squares)});
  }
  report("elementwise", error, 1e-6);
  report("elementwise: sums", sums, 1e-5);
}
