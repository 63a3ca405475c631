#include "pass.h"

namespace optimbench {
namespace {

constexpr int64_t kMost = int64_t{1} << 32;
constexpr int64_t kMostAccumulated = 1 << 24;

}  // namespace

std::vector<uint32_t> readOrder(const Reader& reader, const char* key) {
  const auto array = reader.array<Napi::Uint32Array>(key, napi_uint32_array, "a Uint32Array");
  return {array.Data(), array.Data() + array.ElementLength()};
}

Pass readPass(const Reader& reader) {
  Pass pass{};
  pass.order = readOrder(reader, "order");
  pass.batchSize = reader.integer("batchSize", 1, kMost);
  pass.gradientAccumulation = 1;
  pass.epoch = reader.integer("epoch", 0, kMost);
  if (reader.has("gradientAccumulation"))
    pass.gradientAccumulation = reader.integer("gradientAccumulation", 1, kMostAccumulated);
  const auto rates = reader.array<Napi::Float64Array>("learningRates", napi_float64_array, "a Float64Array");
  const int64_t perUpdate = pass.batchSize * pass.gradientAccumulation;
  const int64_t updates = (static_cast<int64_t>(pass.order.size()) + perUpdate - 1) / perUpdate;
  if (static_cast<int64_t>(rates.ElementLength()) != updates)
    reader.fail("learningRates", "one rate for each of the " + std::to_string(updates) + " updates");
  pass.learningRates.assign(rates.Data(), rates.Data() + rates.ElementLength());
  if (reader.has("inputs"))
    for (const Reader& input : reader.list("inputs")) {
      const auto values = input.array<Napi::Float64Array>("values", napi_float64_array, "a Float64Array");
      if (static_cast<int64_t>(values.ElementLength()) != updates)
        input.fail("values", "one number for each of the " + std::to_string(updates) + " updates");
      pass.inputs.emplace_back(values.Data(), values.Data() + values.ElementLength());
    }
  if (reader.has("profile")) pass.profile = reader.flag("profile");
  if (reader.has("wholeUpdates")) pass.wholeUpdates = reader.flag("wholeUpdates");
  if (reader.has("done")) {
    const Reader done = reader.object("done");
    pass.done = {done.integer("updates", 0, updates - 1), done.number("loss"),
                 done.integer("correct", 0, int64_t{1} << 53)};
  }
  return pass;
}

}  // namespace optimbench
