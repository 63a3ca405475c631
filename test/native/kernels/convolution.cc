#include "core/kernels/convolution.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "comparison.h"

using namespace optimbench;

namespace {

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
    const auto evaluateImages = [&](const std::vector<float>& images, const float* addend) {
      kernels.evaluate(c, count, images.data(), prepared.data(), bias.data(), addend, evaluated.data(), scratch.data());
      return std::vector<double>(evaluated.begin(), evaluated.end());
    };
    const auto evaluate = [&](const float* addend) { return evaluateImages(x, addend); };
    evaluation = std::max(evaluation, difference(y, evaluate(nullptr)));
    if (isPooled) {  // NaN wins over all numbers of a window, in training and evaluation
      auto images = x;
      images[static_cast<size_t>(between(0, static_cast<int>(x.size()) - 1))] = NAN;
      const std::vector<double> outputs = evaluateImages(images, nullptr);
      std::vector<float> trained(y.size());
      kernels.forward(c, count, images.data(), w.data(), bias.data(), trained.data(), positions.data(), scratch.data());
      for (size_t i = 0; i < trained.size(); ++i)
        if (std::isnan(trained[i]) != std::isnan(outputs[i])) evaluation = INFINITY;
      kernels.forward(c, count, x.data(), w.data(), bias.data(), trained.data(), positions.data(), scratch.data());
    }
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

}  // namespace

void checkConvolutions() {
  checkConvolution("pooled convolution", Kind::pooled, 1e-6);
  checkConvolution("pooled convolution, Winograd", Kind::winograd, 1e-5);
  checkConvolution("convolution", Kind::single, 1e-5);
  checkConvolution("depthwise convolution", Kind::depthwise, 1e-6);
}
