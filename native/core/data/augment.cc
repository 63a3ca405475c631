#include "augment.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/runtime/random_stream.h"

namespace optimbench {
namespace {

using Field = std::vector<float>;  // [height, width]

// Where each pixel of the result comes from: an affine map, and a displacement per pixel unless empty.
struct Distortion {
  AffineSpec affine;
  Field displacementX;
  Field displacementY;
};

// Smooths [rows, columns] along its columns with a Gaussian, 0 outside, and transposes the result, so a second call
// smooths in the other direction.
Field smoothAndTranspose(const Field& field, int64_t rows, int64_t columns, double sigma) {
  const auto reach = static_cast<int64_t>(std::ceil(4 * sigma));
  const auto density = [&](int64_t distance) {
    return std::exp(-0.5 * std::pow(static_cast<double>(distance) / sigma, 2));
  };
  double sum = 1;
  for (int64_t i = 1; i <= reach; ++i) sum += 2 * density(i);
  Field kernel(reach + 1);
  for (int64_t i = 0; i <= reach; ++i) kernel[i] = static_cast<float>(density(i) / sum);

  Field smooth(field.size(), 0);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t from = std::max<int64_t>(0, row - reach); from <= std::min(rows - 1, row + reach); ++from)
      for (int64_t column = 0; column < columns; ++column)
        smooth[row * columns + column] += kernel[std::abs(row - from)] * field[from * columns + column];
  Field transposed(field.size());
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column)
      transposed[column * rows + row] = smooth[row * columns + column];
  return transposed;
}

class Random {
 public:
  Random(uint64_t seed, int64_t epoch, int64_t number)
      : stream_(randomStream(at::kCPU, seed, Purpose::augmentation, {epoch, number})) {}

  Field uniform(int64_t count, double limit) const {  // in [-limit, limit)
    const at::Tensor values = at::empty({count}, at::kFloat).uniform_(-limit, limit, stream_);
    return {values.const_data_ptr<float>(), values.const_data_ptr<float>() + count};
  }

 private:
  at::Generator stream_;
};

// Every kind draws its numbers, used or not, so enabling one does not change the others.
Distortion draw(const AugmentationSpec& augmentation, const Random& random, int64_t height, int64_t width) {
  const Field unit = random.uniform(4, 1);
  Distortion result{{augmentation.shift * unit[0], augmentation.shift * unit[1], augmentation.rotation * unit[2],
                     1 + augmentation.scale * unit[3]},
                    {},
                    {}};
  if (augmentation.elasticAlpha > 0)
    for (Field* field : {&result.displacementX, &result.displacementY}) {
      *field = random.uniform(height * width, augmentation.elasticAlpha);
      if (augmentation.elasticSigma > 0) {
        *field = smoothAndTranspose(*field, height, width, augmentation.elasticSigma);
        *field = smoothAndTranspose(*field, width, height, augmentation.elasticSigma);
      }
    }
  return result;
}

// source, result: [height, width, channels]. Each pixel is read where the inverse of the distortion maps it.
void distort(const float* source, float* result, const Shape& shape, const Distortion& distortion) {
  const auto& [channels, height, width] = shape;
  const AffineSpec& affine = distortion.affine;
  const double angle = affine.rotation * std::numbers::pi / 180;
  const double cosine = std::cos(angle) / affine.factor;
  const double sine = std::sin(angle) / affine.factor;
  const double centreX = 0.5 * static_cast<double>(width - 1);
  const double centreY = 0.5 * static_cast<double>(height - 1);
  const auto add = [&](float* to, int64_t x, int64_t y, double weight) {
    if (x < 0 || x >= width || y < 0 || y >= height) return;
    const float* from = source + (y * width + x) * channels;
    for (int64_t c = 0; c < channels; ++c) to[c] += static_cast<float>(weight) * from[c];
  };
  const bool displaced = !distortion.displacementX.empty();
  for (int64_t y = 0; y < height; ++y)
    for (int64_t x = 0; x < width; ++x) {
      const int64_t place = y * width + x;
      const double toX =
          static_cast<double>(x) - centreX - affine.shiftX + (displaced ? distortion.displacementX[place] : 0);
      const double toY =
          static_cast<double>(y) - centreY - affine.shiftY + (displaced ? distortion.displacementY[place] : 0);
      // y points down, so this inverse is a clockwise rotation.
      const double fromX = std::clamp(centreX + cosine * toX - sine * toY, -1.0, static_cast<double>(width));
      const double fromY = std::clamp(centreY + sine * toX + cosine * toY, -1.0, static_cast<double>(height));
      const int64_t x0 = static_cast<int64_t>(fromX + 1) - 1;  // floor, without a function call
      const int64_t y0 = static_cast<int64_t>(fromY + 1) - 1;
      const double right = fromX - static_cast<double>(x0);  // weights of the neighbours
      const double below = fromY - static_cast<double>(y0);
      float* to = result + place * channels;
      std::fill(to, to + channels, 0.0f);
      add(to, x0, y0, (1 - right) * (1 - below));
      add(to, x0 + 1, y0, right * (1 - below));
      add(to, x0, y0 + 1, (1 - right) * below);
      add(to, x0 + 1, y0 + 1, right * below);
    }
}

template <typename DistortionOf>
at::Tensor distortEach(const at::Tensor& images, const DistortionOf& distortionOf) {
  const at::Tensor source = images.permute({0, 2, 3, 1}).cpu().contiguous();
  const Shape shape{images.size(1), images.size(2), images.size(3)};
  const int64_t size = shape.channels * shape.height * shape.width;
  at::Tensor result = at::empty_like(source);
  for (int64_t i = 0; i < images.size(0); ++i)
    distort(source.const_data_ptr<float>() + i * size, result.mutable_data_ptr<float>() + i * size, shape,
            distortionOf(i));
  return result.to(images.device()).permute({0, 3, 1, 2});
}

}  // namespace

bool isNone(const AugmentationSpec& augmentation) {
  return augmentation.shift == 0 && augmentation.rotation == 0 && augmentation.scale == 0 &&
         augmentation.elasticAlpha == 0;
}

at::Tensor augment(const at::Tensor& images, const at::Tensor& numbers, const AugmentationSpec& augmentation,
                   uint64_t seed, int64_t epoch) {
  if (isNone(augmentation)) return images;
  const at::Tensor places = numbers.cpu();
  return distortEach(images, [&](int64_t i) {
    const Random random(seed, epoch, places.const_data_ptr<int64_t>()[i]);
    return draw(augmentation, random, images.size(2), images.size(3));
  });
}

at::Tensor transform(const at::Tensor& images, const AffineSpec& affine) {
  return distortEach(images, [&](int64_t) { return Distortion{affine, {}, {}}; });
}

}  // namespace optimbench
