// A fuzzer of the readers of native/bind/: `npm run fuzz:native`. Whatever JavaScript they are given, they must return
// a spec within its limits, or throw an error that names the field.
#include <napi.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "bind/pass.h"
#include "bind/specs.h"
#include "questions.h"

using namespace optimbench;

namespace {

// Reads memory, so that AddressSanitizer sees whether it is there.
template <typename Number>
void touch(const Number* numbers, int64_t count) {
  volatile Number sum = 0;
  for (int64_t i = 0; i < count; ++i) sum = static_cast<Number>(sum + numbers[i]);
}

void require(bool holds) {
  if (!holds) std::abort();
}

double pixelsIn(const Shape& shape) {
  return static_cast<double>(shape.channels) * static_cast<double>(shape.height) * static_cast<double>(shape.width);
}

void readDataset(const Reader& reader) {
  const DatasetSpec spec = readDatasetSpec(reader);
  const DatasetPart part = readDatasetPart(reader, spec.shape, spec.classes);
  touch(part.images, part.count * static_cast<int64_t>(pixelsIn(spec.shape)));
  touch(part.labels, part.count);
  if (part.targets != nullptr) touch(part.targets, part.count * spec.classes);
}

void readImages(const Reader& reader) {
  const ImagesSpec spec = readImagesSpec(reader);
  touch(spec.pixels, spec.count * static_cast<int64_t>(pixelsIn(spec.shape)));
}

void readTraining(const Reader& reader) {
  const Pass pass = readPass(reader);
  require(pass.batchSize >= 1 && pass.gradientAccumulation >= 1);
  const int64_t perUpdate = pass.batchSize * pass.gradientAccumulation;
  require(static_cast<int64_t>(pass.learningRates.size()) * perUpdate >= static_cast<int64_t>(pass.order.size()));
  for (const auto& input : pass.inputs) require(input.size() == pass.learningRates.size());
  require(pass.start() >= 0 && pass.start() <= static_cast<int64_t>(pass.order.size()));
}

void readSession(const Reader& reader) {
  const SessionSpec spec = readSessionSpec(reader);
  require(spec.threads >= 1 && spec.threads <= kMaxThreads && spec.microBatch >= 1 && spec.classes >= 1);
  require(pixelsIn(spec.input) >= 1);
  for (const LayerSpec& layer : spec.layers) require(layer.rate >= 0 && layer.rate < 1 && layer.groups >= 1);
}

constexpr void (*kReaders[])(const Reader&) = {
    readSession,
    readTraining,
    readDataset,
    readImages,
    [](const Reader& reader) { readUpdateSpec(reader); },
    [](const Reader& reader) { readLossSpec(reader); },
    [](const Reader& reader) { readAugmentationSpec(reader); },
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Answers world(data, size);
  answers = &world;
  const uint8_t choice = world.byte();
  world.areStable = choice >= 64;
  try {
    const auto env = reinterpret_cast<napi_env>(&world);
    kReaders[choice % std::size(kReaders)](Reader(Napi::Value(env, handle(world.make(Kind::object))), "given"));
  } catch (const Napi::Error& error) {
    const std::string message = error.Message();
    const bool isFromUs = message.find("`given.") != std::string::npos;
    require(isFromUs || !world.areStable);  // if a getter changes its mind, Node says what it expected
  }
  answers = nullptr;
  return 0;
}
