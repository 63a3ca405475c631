// Compares the kernels that the processor selects with plain loops in double precision, on random shapes, without
// libtorch: `npm run test:arm` compiles it for aarch64. Prints each kernel's largest error, and fails if one is too
// large.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/kernels/activation.h"
#include "core/kernels/batch_norm.h"
#include "core/kernels/convolution.h"
#include "core/kernels/dense.h"
#include "core/kernels/elementwise.h"
#include "core/kernels/instruction_set.h"
#include "core/kernels/mean_pool.h"
#include "core/kernels/random.h"

namespace {

using namespace optimbench;

constexpr int kRounds = 60;
bool failed = false;

// A linear congruential generator: the same numbers on every machine.
uint64_t state = 1;
uint32_t next() {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<uint32_t>(state >> 33);
}
int64_t between(int64_t least, int64_t most) { return least + next() % (most - least + 1); }

// From -1 to 1, in steps of 1/64, of which sums of products are exact.
std::vector<float> numbers(int64_t count) {
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = static_cast<float>(between(-64, 64)) / 64;
  return values;
}

template <typename Found, typename Expected>
double difference(const std::vector<Found>& found, const std::vector<Expected>& expected) {
  double most = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    const double each = std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i]));
    most = std::max(most, std::isnan(each) ? INFINITY : each / std::max(1.0, std::abs(double(expected[i]))));
  }
  return most;
}

void report(const char* what, double error, double tolerance) {
  const bool isClose = error <= tolerance;
  std::printf("%-36s %.1e %s\n", what, error, isClose ? "" : "too large");
  failed = failed || !isClose;
}

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

enum class Kind { pooled, winograd, single, depthwise };

// The outputs of the convolution in each window, and the gradients for the largest.
void checkConvolution(const char* what, Kind kind, double tolerance) {
  const bool isWinograd = kind == Kind::winograd, isDepthwise = kind == Kind::depthwise;
  const bool isPooled = kind == Kind::pooled || isWinograd;
  double forward = 0, evaluation = 0, gradients = 0;
  for (int round = 0; round < kRounds; ++round) {
    Convolution c{};
    c.channels = isWinograd ? between(16, 40) : between(1, 20);
    c.depthwise = isDepthwise;
    c.filters = isDepthwise ? c.channels : between(1, 40);
    c.height = between(6, 12);
    c.width = between(6, 12);
    c.relu = between(0, 1) == 1;
    for (int axis = 0; axis < 2; ++axis) {
      c.kernel[axis] = isWinograd ? 3 : between(1, 4);
      c.strides[axis] = isWinograd ? 1 : between(1, 2);
      c.pool[axis] = isWinograd || (isPooled && axis == 0) ? 2 : isPooled ? between(1, 2) : 1;
    }
    for (int64_t& side : c.padding) side = between(0, 1);
    const int64_t reach[] = {c.height + c.padding[0] + c.padding[1], c.width + c.padding[2] + c.padding[3]};
    c.outputHeight = ((reach[0] - c.kernel[0]) / c.strides[0] + 1) / c.pool[0];
    c.outputWidth = ((reach[1] - c.kernel[1]) / c.strides[1] + 1) / c.pool[1];
    const int64_t count = between(1, 3), outputs = c.outputHeight * c.outputWidth * c.filters;
    const int64_t pixels = c.height * c.width * c.channels, seen = isDepthwise ? 1 : c.channels;
    const int64_t size = c.kernel[0] * c.kernel[1] * seen;
    const auto x = numbers(count * pixels), w = numbers(c.filters * size), bias = numbers(c.filters);
    auto g = numbers(count * outputs);
    std::vector<float> y(count * outputs), dw(w.size()), db(c.filters), dx(x.size());
    std::vector<uint8_t> positions(y.size());
    const ConvolutionKernels& kernels = convolutionKernels();
    if (!kernels.supports(c)) continue;
    std::vector<char> scratch(static_cast<size_t>(kernels.scratchBytes(c)));
    kernels.forward(c, count, x.data(), w.data(), bias.data(), y.data(), isPooled ? positions.data() : nullptr,
                    scratch.data());
    std::vector<float> prepared(static_cast<size_t>(kernels.preparedSize(c))), evaluated(y.size());
    kernels.prepare(c, w.data(), prepared.data(), scratch.data());
    const auto evaluate = [&](const float* addend) {
      kernels.evaluate(c, count, x.data(), prepared.data(), bias.data(), addend, evaluated.data(), scratch.data());
      return std::vector<double>(evaluated.begin(), evaluated.end());
    };
    evaluation = std::max(evaluation, difference(y, evaluate(nullptr)));
    if (!isPooled) {
      const auto addend = numbers(count * outputs);
      const std::vector<double> withAddend = evaluate(addend.data());
      const bool relu = std::exchange(c.relu, false);
      std::vector<double> sums = evaluate(nullptr);
      c.relu = relu;
      for (size_t i = 0; i < sums.size(); ++i) {
        sums[i] = static_cast<double>(static_cast<float>(sums[i]) + addend[i]);
        if (relu) sums[i] = std::max(sums[i], 0.0);
      }
      evaluation = std::max(evaluation, difference(withAddend, sums));
    }
    if (!isPooled && c.relu)
      for (size_t i = 0; i < y.size(); ++i) g[i] = y[i] > 0 ? g[i] : 0;
    kernels.backward(c, count, x.data(), w.data(), g.data(), isPooled ? positions.data() : nullptr, dw.data(),
                     db.data(), dx.data(), scratch.data());

    std::vector<double> ys(y.size()), dws(dw.size()), dbs(db.size()), dxs(dx.size());
    const auto forTaps = [&](int64_t image, int64_t f, int64_t row, int64_t column, const auto& work) {
      for (int64_t v = 0; v < c.kernel[0]; ++v)
        for (int64_t u = 0; u < c.kernel[1]; ++u) {
          const int64_t i = row * c.strides[0] + v - c.padding[0], j = column * c.strides[1] + u - c.padding[2];
          if (i < 0 || i >= c.height || j < 0 || j >= c.width) continue;
          for (int64_t k = 0; k < seen; ++k)
            work(image * pixels + (i * c.width + j) * c.channels + (isDepthwise ? f : k),
                 f * size + (v * c.kernel[1] + u) * seen + k);
        }
    };
    for (int64_t image = 0; image < count; ++image)
      for (int64_t row = 0; row < c.outputHeight; ++row)
        for (int64_t column = 0; column < c.outputWidth; ++column)
          for (int64_t f = 0; f < c.filters; ++f) {
            const int64_t at = image * outputs + (row * c.outputWidth + column) * c.filters + f;
            double most = -INFINITY;
            for (int64_t p = 0; p < c.pool[0] * c.pool[1]; ++p) {
              double sum = bias[f];
              forTaps(image, f, row * c.pool[0] + p / c.pool[1], column * c.pool[1] + p % c.pool[1],
                      [&](int64_t from, int64_t tap) { sum += double(x[from]) * w[tap]; });
              most = std::max(most, sum);
            }
            ys[at] = c.relu ? std::max(most, 0.0) : most;
            const int64_t p = isPooled ? positions[at] : 0;
            if (p >= c.pool[0] * c.pool[1]) continue;
            dbs[f] += g[at];
            forTaps(image, f, row * c.pool[0] + p / c.pool[1], column * c.pool[1] + p % c.pool[1],
                    [&](int64_t from, int64_t tap) {
                      dws[tap] += double(g[at]) * x[from];
                      dxs[from] += double(g[at]) * w[tap];
                    });
          }
    forward = std::max(forward, difference(y, ys));
    gradients = std::max({gradients, difference(dw, dws), difference(db, dbs), difference(dx, dxs)});
  }
  report((std::string(what) + ": output").c_str(), forward, tolerance);
  report((std::string(what) + ": evaluation").c_str(), evaluation, 0);
  report((std::string(what) + ": gradients").c_str(), gradients, 1e-5);
}

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

void checkRandom() {
  double wrong = 0;
  for (int round = 0; round < kRounds; ++round) {
    const int64_t n = between(1, 1500);
    const double keep = double(between(1, 999)) / 1000;
    std::vector<float> mask(n);
    randomKernels().mask(static_cast<uint32_t>(round), keep, n, 2.5f, mask.data());
    std::mt19937 generator(static_cast<uint32_t>(round));
    for (const float found : mask) {
      const uint64_t first = generator(), second = generator();
      const double uniform = double((first << 32 | second) & ((uint64_t{1} << 53) - 1)) * 0x1p-53;
      wrong += found != (uniform < keep ? 2.5f : 0.0f);
    }
  }
  report("random masks", wrong, 0);
}

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

}  // namespace

int main() {
  std::printf("kernels: %s\n", kernelsName().c_str());
  checkDense();
  checkConvolution("pooled convolution", Kind::pooled, 1e-6);
  checkConvolution("pooled convolution, Winograd", Kind::winograd, 1e-5);
  checkConvolution("convolution", Kind::single, 1e-5);
  checkConvolution("depthwise convolution", Kind::depthwise, 1e-6);
  checkBatchNorm();
  checkActivation();
  checkMeanPool();
  checkRandom();
  checkElementwise();
  return failed ? 1 : 0;
}
