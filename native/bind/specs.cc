#include "specs.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace optimbench {
namespace {

constexpr int64_t kMost = 1 << 24;                  // of any size in a spec: far above use, far below overflow
constexpr int64_t kMostInShape = int64_t{1} << 40;  // of a shape's sizes: a flattened image exceeds kMost
constexpr int64_t kMostImages = int64_t{1} << 32;
constexpr int64_t kMostSigma = 1000;  // pixels; bounds the length of the Gaussian

double pixelsIn(const Shape& shape) {  // a double, since the product could overflow an integer
  return static_cast<double>(shape.channels) * static_cast<double>(shape.height) * static_cast<double>(shape.width);
}

Shape readShape(const Reader& reader, const char* key) {
  const auto sizes = reader.integers(key, 3, 1, kMostInShape);
  const Shape shape{sizes[0], sizes[1], sizes[2]};
  if (pixelsIn(shape) > static_cast<double>(kMostInShape)) reader.fail(key, "sizes with a product up to 2 ** 40");
  return shape;
}

template <size_t count>
std::array<int64_t, count> readArray(const Reader& reader, const char* key, int64_t least) {
  const auto values = reader.integers(key, count, least, kMost);
  std::array<int64_t, count> array{};
  std::copy(values.begin(), values.end(), array.begin());
  return array;
}

LayerSpec readLayer(const Reader& reader) {
  LayerSpec layer;
  layer.kind = reader.text("kind");
  layer.name = reader.text("name");
  if (reader.has("from")) layer.from = reader.integers("from", 0, -1, kMost);
  layer.output = readShape(reader, "output");
  if (reader.has("filters")) layer.filters = reader.integer("filters", 1, kMostInShape);
  if (reader.has("units")) layer.filters = reader.integer("units", 1, kMostInShape);
  if (reader.has("groups")) layer.groups = reader.integer("groups", 1, kMostInShape);
  if (reader.has("kernel")) {
    layer.kernel = readArray<2>(reader, "kernel", 1);
    layer.strides = readArray<2>(reader, "strides", 1);
  }
  if (reader.has("dilation")) layer.dilation = readArray<2>(reader, "dilation", 1);
  if (reader.has("padding")) layer.padding = readArray<4>(reader, "padding", 0);
  if (reader.has("bias")) {
    layer.bias = reader.flag("bias");
    layer.weightLimit = reader.number("weightLimit");
    layer.biasLimit = reader.number("biasLimit");
  }
  if (reader.has("rate")) {
    layer.rate = reader.number("rate");
    if (!(layer.rate >= 0 && layer.rate < 1)) reader.fail("rate", "a number from 0 to below 1");
  }
  if (reader.has("epsilon")) {
    layer.epsilon = reader.number("epsilon");
    layer.center = reader.flag("center");
    layer.scale = reader.flag("scale");
  }
  if (reader.has("momentum")) {
    layer.momentum = reader.number("momentum");
    layer.unbiased = reader.flag("unbiased");
  }
  if (reader.has("activation")) layer.activation = reader.text("activation");
  if (reader.has("slope")) layer.slope = reader.number("slope");
  if (reader.has("frozen")) layer.frozen = reader.flag("frozen");
  return layer;
}

std::vector<NodeSpec> readNodes(const Reader& reader, std::vector<NodeSpec> nodes = {}) {
  for (const Reader& each : reader.list("nodes")) {
    NodeSpec node;
    node.op = each.text("op");
    if (node.op == "constant")
      node.value = each.number("value");
    else if (node.op == "row")
      node.values = each.numbers("values");
    else if (node.op == "input")
      node.name = each.text("name");
    else
      node.arguments = each.integers("args", 0, 0, kMost);
    nodes.push_back(std::move(node));
  }
  return nodes;
}

}  // namespace

LossSpec readLossSpec(const Reader& reader) {
  const Reader gradient = reader.object("gradient");
  LossSpec spec{readNodes(gradient, readNodes(reader)),
                reader.integer("result", 0, kMost),
                gradient.integer("result", 0, kMost),
                {}};
  if (reader.has("classWeights")) spec.classWeights = reader.numbers("classWeights");
  return spec;
}

std::vector<std::vector<int64_t>> readShapes(const Reader& reader, const char* key) {
  const Napi::Value value = reader.value().As<Napi::Object>().Get(key);
  if (!value.IsArray()) reader.fail(key, "a list of shapes");
  const Reader list(value, reader.path() + "." + key);
  std::vector<std::vector<int64_t>> shapes;
  for (uint32_t i = 0; i < value.As<Napi::Array>().Length(); ++i)
    shapes.push_back(list.integers(std::to_string(i).c_str(), 0, 1, kMostInShape));
  return shapes;
}

UpdateSpec readUpdateSpec(const Reader& reader) {
  UpdateSpec spec;
  for (const Reader& input : reader.list("inputs")) spec.inputs.push_back({input.text("name"), input.number("value")});
  for (const Reader& each : reader.list("blocks")) {
    UpdateSpec::Block block{readNodes(each), {}, {}, {}};
    for (const Reader& state : each.list("state")) {
      const bool startsAsTheta = state.flag("startsAsTheta");
      block.state.push_back({state.text("name"), startsAsTheta ? 0 : state.number("initial"), startsAsTheta,
                             state.text("kind") == "number"});
    }
    for (const Reader& assignment : each.list("assign"))
      block.assign.push_back({assignment.text("target"), assignment.integer("node", 0, kMost)});
    for (const Reader& part : each.list("parts")) {
      UpdateSpec::Part made{
          {}, part.integers("axes", 0, 0, kMost), readShapes(part, "nodes"), readShapes(part, "state")};
      if (part.has("parameter")) made.parameter = part.integer("parameter", 0, kMost);
      block.parts.push_back(std::move(made));
    }
    spec.blocks.push_back(std::move(block));
  }
  return spec;
}

AugmentationSpec readAugmentationSpec(const Reader& reader) {
  const auto atLeast0 = [](const Reader& from, const char* key) {
    const double value = from.number(key);
    if (!(value >= 0 && value <= kMost)) from.fail(key, "a number from 0 to " + std::to_string(kMost));
    return value;
  };
  AugmentationSpec spec{atLeast0(reader, "shift"), atLeast0(reader, "rotation"), atLeast0(reader, "scale"), 0, 0};
  if (!(spec.scale < 1)) reader.fail("scale", "a number below 1");
  if (reader.has("elastic")) {
    const Reader elastic = reader.object("elastic");
    spec.elasticAlpha = atLeast0(elastic, "alpha");
    spec.elasticSigma = atLeast0(elastic, "sigma");
    if (!(spec.elasticSigma <= kMostSigma)) elastic.fail("sigma", "a number up to " + std::to_string(kMostSigma));
  }
  return spec;
}

StandardisationSpec readStandardisationSpec(const Reader& reader, const Shape& input) {
  StandardisationSpec spec{reader.numbers("mean"), reader.numbers("standardDeviation")};
  const auto channels = static_cast<size_t>(input.channels);
  const auto isFinite = [](double value) { return std::isfinite(value); };
  const auto isPositive = [](double value) { return std::isfinite(value) && value > 0; };
  if (spec.mean.size() != channels || !std::ranges::all_of(spec.mean, isFinite))
    reader.fail("mean", "one finite number per channel");
  if (spec.standardDeviation.size() != channels || !std::ranges::all_of(spec.standardDeviation, isPositive))
    reader.fail("standardDeviation", "one finite number above 0 per channel");
  return spec;
}

SessionSpec readSessionSpec(const Reader& reader) {
  SessionSpec spec;
  spec.device = reader.text("device");
  spec.threads = reader.integer("threads", 1, kMaxThreads);
  spec.seed = static_cast<uint64_t>(reader.integer("seed", 0, (int64_t{1} << 53) - 1));
  spec.microBatch = reader.integer("microBatch", 1, kMostImages);
  spec.input = readShape(reader, "input");
  spec.classes = reader.integer("classes", 1, kMost);
  for (const Reader& layer : reader.list("layers")) spec.layers.push_back(readLayer(layer));
  spec.loss = readLossSpec(reader.object("loss"));
  spec.update = readUpdateSpec(reader.object("update"));
  if (reader.has("augmentation")) spec.augmentation = readAugmentationSpec(reader.object("augmentation"));
  if (reader.has("standardisation"))
    spec.standardisation = readStandardisationSpec(reader.object("standardisation"), spec.input);
  return spec;
}

ImagesSpec readImagesSpec(const Reader& reader) {
  const Shape shape = readShape(reader, "shape");
  const auto images = reader.array<Napi::Uint8Array>("images", napi_uint8_array, "a Uint8Array");
  const double pixels = pixelsIn(shape);
  const double count = static_cast<double>(images.ElementLength()) / pixels;
  if (count != std::trunc(count))
    reader.fail("images", "a multiple of " + std::to_string(static_cast<int64_t>(pixels)) + " bytes");
  return {images.Data(), static_cast<int64_t>(count), shape};
}

DatasetSpec readDatasetSpec(const Reader& reader) {
  return {readShape(reader, "shape"), reader.integer("classes", 1, 65536),
          reader.has("count") ? reader.integer("count", 0, kMostImages) : -1, reader.text("device")};
}

DatasetPart readDatasetPart(const Reader& reader, const Shape& shape, int64_t classes) {
  // All properties are read before the first pointer is taken, since a getter runs JavaScript, which could detach a
  // buffer. Napi's typed arrays take their pointer when they are constructed, so those made here become plain values.
  const Napi::Value imagesRead = reader.array<Napi::Uint8Array>("images", napi_uint8_array, "a Uint8Array");
  const Napi::Value labelsRead = reader.array<Napi::Int32Array>("labels", napi_int32_array, "an Int32Array");
  Napi::Value targetsRead;
  if (reader.has("targets"))
    targetsRead = reader.array<Napi::Float32Array>("targets", napi_float32_array, "a Float32Array");
  const auto images = imagesRead.As<Napi::Uint8Array>();
  const auto labels = labelsRead.As<Napi::Int32Array>();
  std::optional<Napi::Float32Array> targets;
  if (!targetsRead.IsEmpty()) targets = targetsRead.As<Napi::Float32Array>();
  const auto count = static_cast<int64_t>(labels.ElementLength());
  const double pixels = pixelsIn(shape);
  if (static_cast<double>(count) * pixels != static_cast<double>(images.ElementLength()))
    reader.fail("images", std::to_string(count) + " images of " + std::to_string(static_cast<int64_t>(pixels)) +
                              " bytes, one per label,");
  if (targets && targets->ElementLength() != static_cast<size_t>(count * classes))
    reader.fail("targets", std::to_string(count) + " x " + std::to_string(classes) + " numbers");
  return {images.Data(), labels.Data(), targets ? targets->Data() : nullptr, count};
}

}  // namespace optimbench
