#include "matrix_product.h"

#include <algorithm>
#include <chrono>

namespace optimbench {
namespace {

constexpr int64_t kMaxPieces = 16;  // as many threads as the gradient of a step can use (gradient_shards.cc)
// Of a piece: tens of microseconds of work, against a few to wake a thread.
constexpr int64_t kMinMultiplications = 1 << 22;

void multiply(const at::Tensor& left, const at::Tensor& right, const at::Tensor& product, int64_t rows,
              Workers& workers) {
  const int64_t all = left.size(0);
  workers.run((all + rows - 1) / rows, [&](int64_t piece) {
    const at::NoGradGuard noGradient;
    const int64_t first = piece * rows, count = std::min(rows, all - first);
    at::Tensor out = product.narrow(0, first, count);
    at::mm_out(out, left.narrow(0, first, count), right);
  });
}

}  // namespace

at::Tensor matrixProduct(const at::Tensor& left, const at::Tensor& right, Workers& workers) {
  const at::Tensor product = at::empty({left.size(0), right.size(1)}, left.options());
  const int64_t rows = std::max((left.size(0) + kMaxPieces - 1) / kMaxPieces,
                                kMinMultiplications / std::max<int64_t>(1, right.numel()) + 1);
  multiply(left, right, product, rows, workers);
  return product;
}

double timeMatrixProduct(int64_t size, int64_t threads) {
  const at::Tensor left = at::full({size, size}, 0.5);
  const at::Tensor right = at::full({size, size}, 0.25);
  const at::Tensor product = at::empty({size, size});
  const int64_t rows = (size + threads - 1) / threads;
  Workers workers(threads);
  multiply(left, right, product, rows, workers);  // warm-up: touches new memory and selects kernels
  const auto start = std::chrono::steady_clock::now();
  multiply(left, right, product, rows, workers);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace optimbench
