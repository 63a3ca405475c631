#include "evaluate.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace optimbench {
namespace {

constexpr size_t kBins = 15;            // of the calibration error
constexpr int64_t kDeviceChunk = 4096;  // images that keep a device busy, with activations of a few GB

// Calls work(chunk, start, size) for each chunk of 0 .. count - 1, without autograd, on the session's threads.
template <typename Work>
int64_t inChunks(Workers& workers, at::Device device, int64_t count, const CancelFlag& cancel, const Work& work) {
  const int64_t size = device.is_cpu() ? kChunk : kDeviceChunk;
  const int64_t chunks = (count + size - 1) / size;
  workers.run(chunks, [&](int64_t chunk) {
    if (cancel) return;
    const at::NoGradGuard noGradient;
    const c10::OptionalDeviceGuard onDevice(device);
    work(chunk, chunk * size, std::min(size, count - chunk * size));
  });
  return chunks;
}

// Rows of loss, negative log-likelihood, confidence, and 1 if correct or 0, in double precision.
at::Tensor score(const at::Tensor& losses, const at::Tensor& logits, const at::Tensor& labels) {
  const at::Tensor logProbabilities = logits.to(at::kDouble).log_softmax(1);
  return at::cat({losses.to(at::kDouble), -logProbabilities.gather(1, labels.unsqueeze(1)),
                  logProbabilities.amax(1, true).exp(), logits.argmax(1, true).eq(labels.unsqueeze(1)).to(at::kDouble)},
                 1);
}

Measured sumOf(const at::Tensor& scores) {
  Measured measured;
  std::array<double, kBins> gaps{};
  const auto rows = scores.accessor<double, 2>();
  for (int64_t i = 0; i < rows.size(0); ++i) {  // in the order of the images, whichever thread finished first
    const double confidence = rows[i][2];
    measured.loss += rows[i][0];
    measured.negativeLogLikelihood += rows[i][1];
    measured.correct += static_cast<int64_t>(rows[i][3]);
    // The confidence of a diverged model is NaN, and so is its likelihood.
    const double bin = std::isfinite(confidence) ? std::ceil(confidence * kBins) - 1 : 0;
    gaps[static_cast<size_t>(std::clamp(bin, 0.0, kBins - 1.0))] += confidence - rows[i][3];
  }
  for (const double gap : gaps) measured.calibrationError += std::abs(gap);
  return measured;
}

}  // namespace

Measured evaluate(const Model& model, const Loss& loss, const std::vector<Views>& parameters,
                  const std::vector<Views>& statistics, Workers& workers, const Standardisation& standardisation,
                  const ResidentDataset& dataset, const std::vector<uint32_t>& indices, bool weighted,
                  const CancelFlag& cancel) {
  const auto start = std::chrono::steady_clock::now();
  const std::vector<Views> prepared = model.prepare(parameters, statistics);
  const at::Tensor positions = dataset.positions(indices);
  const int64_t count = positions.size(0);
  std::vector<at::Tensor> scores(static_cast<size_t>(count) / kChunk + 1);
  const int64_t chunks =
      inChunks(workers, dataset.device(), count, cancel, [&](int64_t chunk, int64_t first, int64_t size) {
        const Batch batch = dataset.batch(positions.narrow(0, first, size));
        standardisation.apply(batch.images);
        const at::Tensor logits = model.evaluate(batch.images, model.frames(prepared, statistics));
        const at::Tensor losses =
            weighted ? loss.weightedValues(logits, batch.targets) : loss.values(logits, batch.targets);
        scores[chunk] = score(losses, logits, batch.labels);
      });
  scores.resize(chunks);
  Measured measured = cancel || chunks == 0 ? Measured{} : sumOf(at::cat(scores).cpu());
  measured.samples = count;
  measured.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (cancel) measured.status = Status::cancelled;
  return measured;
}

at::Tensor predict(const Model& model, const std::vector<Views>& parameters, const std::vector<Views>& statistics,
                   Workers& workers, const Standardisation& standardisation, const at::Tensor& pixels,
                   const CancelFlag& cancel) {
  const std::vector<Views> prepared = model.prepare(parameters, statistics);
  const int64_t count = pixels.size(0);
  std::vector<at::Tensor> results(static_cast<size_t>(count) / kChunk + 1);
  const int64_t chunks =
      inChunks(workers, pixels.device(), count, cancel, [&](int64_t chunk, int64_t first, int64_t size) {
        const at::Tensor images = normalise(pixels.narrow(0, first, size));
        standardisation.apply(images);
        const at::Tensor logits = model.evaluate(images, model.frames(prepared, statistics));
        results[chunk] = at::softmax(logits, 1).cpu();
      });
  results.resize(chunks);
  return cancel || chunks == 0 ? at::empty({0}) : at::cat(results);
}

}  // namespace optimbench
