// Batch normalisation on the CPU, where batches are divided into micro-batches.
#include <cmath>

#include "core/kernels/batch_norm.h"
#include "core/nn/fused_layers.h"

namespace optimbench {
namespace {

// With mean m, variance v and n pixels of the batch, scale s and shift b, the layer computes
//
//   y = f (x - m) + b,  f = s / sqrt(v + epsilon)
//
// With g the gradient of y, or 0 where ReLU is off, and the sums G = sum g and H = sum g (x - m) over the batch,
//
//   dL/db = G,  dL/ds = H / sqrt(v + epsilon),  dL/dx = f (g - G / n - (x - m) H / (n (v + epsilon)))
class DividedBatchNorm2d final : public BatchLayer {
 public:
  DividedBatchNorm2d(const LayerSpec& spec, Shape input, bool relu)
      : plain_(makeBatchNorm2d(spec, input)),
        spec_(spec),
        channels_(input.channels),
        relu_(relu),
        kernels_(batchNormKernels()) {}

  std::vector<Slot> parameters() const override { return plain_->parameters(); }
  std::vector<Slot> statistics() const override { return plain_->statistics(); }

  at::Tensor measure(const at::Tensor& input) const override {
    const at::Tensor pixels = input.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor measured = at::full({3, channels_}, static_cast<double>(pixelsOf(pixels).count), at::kDouble);
    kernels_.measure(pixelsOf(pixels), pixels.const_data_ptr<float>(), row<double>(measured, 1),
                     row<double>(measured, 2), scratch().data_ptr());
    return measured;
  }

  at::Tensor combine(const std::vector<at::Tensor>& measured, const Frame& frame) const override {
    const at::Tensor all = at::zeros({3, channels_}, at::kDouble);
    double *const count = row<double>(all, 0), *const mean = row<double>(all, 1), *const squares = row<double>(all, 2);
    for (const at::Tensor& each : measured)
      for (int64_t c = 0; c < channels_; ++c) {  // as merge() of kernels/batch_norm.inc
        const double more = row<double>(each, 0)[c], delta = row<double>(each, 1)[c] - mean[c];
        squares[c] += row<double>(each, 2)[c] + delta * delta * (count[c] * more / (count[c] + more));
        count[c] += more;
        mean[c] += delta * (more / count[c]);
      }
    const at::Tensor ofBatch = at::empty({kRows, channels_}, at::kFloat);
    for (int64_t c = 0; c < channels_; ++c) {
      const double variance = squares[c] / count[c];
      const bool corrected = spec_.unbiased && count[c] > 1;
      keep(row<float>(frame.statistics->at(0))[c], mean[c]);
      keep(row<float>(frame.statistics->at(1))[c], corrected ? squares[c] / (count[c] - 1) : variance);
      set(ofBatch, c, mean[c], variance, *frame.parameters);
    }
    return ofBatch;
  }

  at::Tensor forward(const at::Tensor& input, Frame& frame) const override {
    const at::Tensor pixels = input.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor output = at::empty_like(pixels);
    if (frame.training) frame.saved = {pixels};
    const at::Tensor from = frame.training ? frame.ofBatch : ofRunning(frame);
    kernels_.normalise(pixelsOf(pixels), normalisation(from), pixels.const_data_ptr<float>(), output.data_ptr<float>(),
                       scratch().data_ptr());
    return output;
  }

  at::Tensor measureGradient(const at::Tensor& gradient, const Frame& frame) const override {
    const at::Tensor outputGradient = gradient.contiguous(at::MemoryFormat::ChannelsLast);
    const Pixels pixels = pixelsOf(outputGradient);
    const at::Tensor measured = at::full({3, channels_}, static_cast<double>(pixels.count), at::kDouble);
    kernels_.measureGradient(pixels, normalisation(frame.ofBatch), frame.saved[0].const_data_ptr<float>(),
                             outputGradient.const_data_ptr<float>(), row<double>(measured, 1), row<double>(measured, 2),
                             scratch().data_ptr());
    return measured;
  }

  at::Tensor combineGradients(const std::vector<at::Tensor>& measured, const Frame& frame) const override {
    const at::Tensor sums = at::zeros({3, channels_}, at::kDouble);
    for (const at::Tensor& each : measured) sums.add_(each);
    const at::Tensor ofBatch = frame.ofBatch.clone();
    for (int64_t c = 0; c < channels_; ++c) {
      const double count = row<double>(sums, 0)[c], sum = row<double>(sums, 1)[c];
      const double factor = row<float>(ofBatch, kFactor)[c], inverse = row<float>(ofBatch, kInverse)[c];
      const double rest = row<float>(ofBatch, kRest)[c], product = row<double>(sums, 2)[c] - rest * sum;
      const double slope = -factor * product * inverse * inverse / count;
      row<float>(ofBatch, kSlope)[c] = static_cast<float>(slope);
      row<float>(ofBatch, kOffset)[c] = static_cast<float>(-factor * sum / count - slope * rest);
      if (spec_.scale) row<float>(frame.gradients->at(0))[c] += static_cast<float>(product * inverse);
      if (spec_.center) row<float>(frame.gradients->back())[c] += static_cast<float>(sum);
    }
    return ofBatch;
  }

  at::Tensor backward(const at::Tensor& gradient, const Frame& frame) const override {
    if (!frame.inputGradient) return {};
    const at::Tensor outputGradient = gradient.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor inputGradient = at::empty_like(outputGradient);
    kernels_.gradient(pixelsOf(outputGradient), normalisation(frame.ofBatch), row<float>(frame.ofBatch, kSlope),
                      row<float>(frame.ofBatch, kOffset), frame.saved[0].const_data_ptr<float>(),
                      outputGradient.const_data_ptr<float>(), inputGradient.data_ptr<float>(), scratch().data_ptr());
    return inputGradient;
  }

  LayerMemory memory(const Extent&) const override { return {.keepsInput = true}; }

 private:
  // Of what is combined, one value per channel. kInverse is 1 / sqrt(v + epsilon). kRest is what the mean loses by
  // rounding to float32, which matters if deviations are small relative to the mean: kShift, kOffset and the sum H
  // account for it.
  enum Row { kMean, kRest, kFactor, kShift, kInverse, kSlope, kOffset, kRows };

  template <typename Number>
  static Number* row(const at::Tensor& tensor, int64_t index = 0) {
    return tensor.data_ptr<Number>() + index * tensor.size(-1);
  }
  Normalisation normalisation(const at::Tensor& from) const {
    return {row<float>(from, kMean), row<float>(from, kFactor), row<float>(from, kShift), relu_};
  }
  Pixels pixelsOf(const at::Tensor& images) const { return {channels_, images.numel() / channels_}; }
  at::Tensor scratch() const { return at::empty({kernels_.scratchBytes(channels_)}, at::kByte); }

  void keep(float& running, double value) const {
    running = static_cast<float>(spec_.momentum * running + (1 - spec_.momentum) * value);
  }

  void set(const at::Tensor& rows, int64_t c, double mean, double variance, const Views& parameters) const {
    const double inverse = 1 / std::sqrt(variance + spec_.epsilon);
    const double factor = spec_.scale ? row<float>(parameters[0])[c] * inverse : inverse;
    const double rest = mean - static_cast<float>(mean);
    row<float>(rows, kMean)[c] = static_cast<float>(mean);
    row<float>(rows, kRest)[c] = static_cast<float>(rest);
    row<float>(rows, kInverse)[c] = static_cast<float>(inverse);
    row<float>(rows, kFactor)[c] = static_cast<float>(factor);
    row<float>(rows, kShift)[c] =
        static_cast<float>((spec_.center ? row<float>(parameters.back())[c] : 0) - factor * rest);
  }

  at::Tensor ofRunning(const Frame& frame) const {
    const at::Tensor rows = at::empty({kRows, channels_}, at::kFloat);
    for (int64_t c = 0; c < channels_; ++c)
      set(rows, c, row<float>(frame.statistics->at(0))[c], row<float>(frame.statistics->at(1))[c], *frame.parameters);
    return rows;
  }

  std::unique_ptr<Layer> plain_;
  LayerSpec spec_;
  int64_t channels_;
  bool relu_;
  const BatchNormKernels& kernels_;
};

}  // namespace

FusedLayers fuseBatchNorm(const std::vector<LayerSpec>& layers, size_t first, Shape input) {
  const bool relu = leadsToNextAlone(layers, first) && isRelu(layers[first + 1]);
  return {std::make_unique<DividedBatchNorm2d>(layers[first], input, relu), relu ? size_t{2} : size_t{1}};
}

}  // namespace optimbench
