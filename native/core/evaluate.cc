#include "evaluate.h"

#include <algorithm>
#include <chrono>

namespace optimbench {
namespace {

constexpr int64_t kChunk = 64;  // images a thread computes at a time: their activations fit its cache
constexpr int64_t kDeviceChunk = 4096;  // keep a device busy, in a few GB with all their activations

// Calls work(chunk, start, size) for each piece of 0 .. count-1, without autograd, on the session's threads.
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

}  // namespace

Measured evaluate(const Model& model, const Loss& loss, const std::vector<Views>& parameters,
                  const std::vector<Views>& statistics, Workers& workers, const ResidentDataset& dataset,
                  const std::vector<uint32_t>& indices, const CancelFlag& cancel) {
  const auto start = std::chrono::steady_clock::now();
  const at::Tensor positions = dataset.positions(indices);
  const int64_t count = positions.size(0);
  std::vector<std::pair<double, int64_t>> sums(static_cast<size_t>(count) / kChunk + 1);
  inChunks(workers, dataset.device(), count, cancel, [&](int64_t chunk, int64_t first, int64_t size) {
    std::vector<Frame> frames = model.frames(parameters, statistics);
    const Batch batch = dataset.batch(positions.narrow(0, first, size));
    const at::Tensor logits = model.forward(batch.images, frames);
    sums[chunk] = {loss.values(logits, batch.targets).sum(at::kDouble).item<double>(),
                   logits.argmax(1).eq(batch.labels).sum().item<int64_t>()};
  });
  Measured measured;
  for (const auto& [lossSum, correct] : sums) {  // in order, whichever thread came first
    measured.loss += lossSum;
    measured.correct += correct;
  }
  measured.samples = count;
  measured.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (cancel) measured.status = Status::cancelled;
  return measured;
}

at::Tensor predict(const Model& model, const std::vector<Views>& parameters, const std::vector<Views>& statistics,
                   Workers& workers, const at::Tensor& pixels, const CancelFlag& cancel) {
  const int64_t count = pixels.size(0);
  std::vector<at::Tensor> results(static_cast<size_t>(count) / kChunk + 1);
  const int64_t chunks = inChunks(workers, pixels.device(), count, cancel, [&](int64_t chunk, int64_t first, int64_t size) {
    std::vector<Frame> frames = model.frames(parameters, statistics);
    const at::Tensor logits = model.forward(normalise(pixels.narrow(0, first, size)), frames);
    results[chunk] = at::softmax(logits, 1).cpu();
  });
  results.resize(chunks);
  return cancel || chunks == 0 ? at::empty({0}) : at::cat(results);
}

}  // namespace optimbench
