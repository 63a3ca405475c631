#include "model.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "core/kernels/instruction_set.h"
#include "core/nn/layers/convolution_block.h"
#include "core/runtime/device.h"

namespace optimbench {
namespace {

constexpr int64_t kMostParameters = int64_t{1} << 50;

int64_t sizeOf(const Slot& slot) {
  int64_t size = 1;
  for (const int64_t length : slot.shape)
    if (__builtin_mul_overflow(size, length, &size) || size > kMostParameters)
      throw std::runtime_error("'" + slot.name + "' has too many elements");
  return size;
}

int64_t sizeOf(const std::vector<Slot>& slots) {
  int64_t size = 0;
  for (const Slot& slot : slots) size += sizeOf(slot);
  return size;
}

std::array<int64_t, 3> sizesOf(const Shape& shape) { return {shape.channels, shape.height, shape.width}; }

Views cut(const at::Tensor& vector, const std::vector<Slot>& slots, int64_t& offset) {
  Views views;
  for (const Slot& slot : slots) {
    views.push_back(vector.narrow(0, offset, sizeOf(slot)).view(slot.shape));
    offset += sizeOf(slot);
  }
  return views;
}

}  // namespace

Model::Model(const SessionSpec& spec) : shapes_{spec.input}, learns_{false}, lastUse_{0} {
  const bool onCpu = parseDevice(spec.device).is_cpu();
  for (size_t i = 0; i < spec.layers.size();) i += add(spec.layers, i, onCpu);
  if (sizesOf(shapes_.back()) != std::array<int64_t, 3>{spec.classes, 1, 1} || steps_.empty())
    throw std::runtime_error("the last layer must output one logit per class");
}

size_t Model::add(const std::vector<LayerSpec>& layers, size_t index, bool onCpu) {
  const LayerSpec& spec = layers[index];
  const auto place = static_cast<int64_t>(index);
  const std::string where = "layers[" + std::to_string(index) + "] (" + spec.name + ")";
  Step step{index, spec.name, spec.name, nullptr, {}, index + 1};
  bool learns = false;
  for (const int64_t from : spec.from.empty() ? std::vector<int64_t>{place - 1} : spec.from) {
    if (from < -1 || from >= place)
      throw std::runtime_error(where + " takes the output of a layer that does not precede it");
    step.inputs.push_back(static_cast<size_t>(from + 1));
    const size_t value = step.inputs.back();
    if (sizesOf(shapes_[value]) != sizesOf(shapes_[step.inputs[0]]))
      throw std::runtime_error(where + " sums outputs of different shapes");
    learns = learns || learns_[value];
    lastUse_[value] = steps_.size();
  }
  const Shape input = shapes_[step.inputs[0]];
  step.layer = makeLayer(spec, input);
  if (onCpu && !referenceKernels()) {
    const ConvolutionBlock block = convolutionBlock(layers, index, input);
    if (block.layers > 0) step.layer = makeConvolutionBlock(std::move(step.layer), block.shape);
    for (; step.output < index + block.layers; ++step.output) step.names += ", " + layers[step.output].name;
  }
  parameterCount_ += sizeOf(step.layer->parameters());
  statisticsCount_ += sizeOf(step.layer->statistics());
  for (size_t i = index; i < step.output; ++i) {
    learns_.push_back(learns || !step.layer->parameters().empty());
    shapes_.push_back(layers[i].output);
    lastUse_.push_back(steps_.size() + 1);
  }
  const size_t next = step.output;
  steps_.push_back(std::move(step));
  return next - index;
}

void Model::tryOut(const std::vector<Views>& parameters, const std::vector<Views>& statistics) const {
  std::vector<Frame> trial = frames(parameters, statistics);
  const auto [channels, height, width] = shapes_[0];
  forward(at::zeros({1, height, width, channels}).permute({0, 3, 1, 2}), trial);
}

std::vector<TensorInfo> Model::parameters() const { return named(&Layer::parameters); }

std::vector<TensorInfo> Model::statistics() const { return named(&Layer::statistics); }

std::vector<TensorInfo> Model::named(std::vector<Slot> (Layer::*slots)() const) const {
  std::vector<TensorInfo> list;
  int64_t offset = 0;
  for (const Step& step : steps_)
    for (const Slot& slot : ((*step.layer).*slots)()) {
      list.push_back({step.name + "." + slot.name, slot.shape, offset});
      offset += sizeOf(slot);
    }
  return list;
}

std::vector<std::string> Model::names() const {
  std::vector<std::string> names;
  for (const Step& step : steps_) names.push_back(step.names);
  return names;
}

at::Tensor Model::initialParameters(uint64_t seed) const {
  const at::Tensor vector = at::empty({parameterCount_});
  int64_t offset = 0;
  for (size_t i = 0; i < steps_.size(); ++i) {
    const auto slots = steps_[i].layer->parameters();
    const Views views = cut(vector, slots, offset);
    for (size_t j = 0; j < slots.size(); ++j) {
      views[j].fill_(slots[j].center);
      if (slots[j].limit == 0) continue;
      const auto stream = randomStream(at::kCPU, seed, Purpose::initialWeights, {int64_t(steps_[i].first), int64_t(j)});
      views[j].uniform_(slots[j].center - slots[j].limit, slots[j].center + slots[j].limit, stream);
    }
  }
  return vector;
}

at::Tensor Model::initialStatistics() const {
  const at::Tensor vector = at::empty({statisticsCount_});
  int64_t offset = 0;
  for (const Step& step : steps_) {
    const auto slots = step.layer->statistics();
    const Views views = cut(vector, slots, offset);
    for (size_t j = 0; j < slots.size(); ++j) views[j].fill_(slots[j].center);
  }
  return vector;
}

std::vector<Views> Model::parameterViews(const at::Tensor& vector) const {
  std::vector<Views> views;
  int64_t offset = 0;
  for (const Step& step : steps_) views.push_back(cut(vector, step.layer->parameters(), offset));
  return views;
}

std::vector<Views> Model::statisticsViews(const at::Tensor& vector) const {
  std::vector<Views> views;
  int64_t offset = 0;
  for (const Step& step : steps_) views.push_back(cut(vector, step.layer->statistics(), offset));
  return views;
}

std::vector<Frame> Model::frames(const std::vector<Views>& parameters, const std::vector<Views>& statistics) const {
  std::vector<Frame> frames(steps_.size());
  for (size_t i = 0; i < frames.size(); ++i) {
    frames[i].parameters = &parameters[i];
    frames[i].statistics = &statistics[i];
    frames[i].layer = static_cast<int64_t>(steps_[i].first);
    frames[i].inputGradient = false;
    for (const size_t value : steps_[i].inputs) frames[i].inputGradient = frames[i].inputGradient || learns_[value];
  }
  return frames;
}

at::Tensor Model::forward(const at::Tensor& images, std::vector<Frame>& frames) const {
  const at::AutoDispatchBelowADInplaceOrView noAutograd;  // layers compute their gradients themselves
  std::vector<at::Tensor> values(shapes_.size());
  values[0] = images;
  for (size_t i = 0; i < steps_.size(); ++i) {
    const auto& inputs = steps_[i].inputs;
    at::Tensor x = values[inputs[0]];
    for (size_t j = 1; j < inputs.size(); ++j) x = x + values[inputs[j]];
    for (const size_t value : inputs)
      if (lastUse_[value] == i) values[value].reset();  // later layers reuse its memory
    at::Tensor& output = values[steps_[i].output];
    output = steps_[i].layer->forward(x, frames[i]);
    checkShape(output, steps_[i]);
    if (auto* profile = frames[i].profile) profile->lap(profile->forward[i]);
  }
  return values.back().flatten(1);
}

void Model::checkShape(const at::Tensor& output, const Step& step) const {
  const auto [channels, height, width] = shapes_[step.output];
  const auto sizes = output.sizes();
  if (sizes.size() == 4 && sizes[1] == channels && sizes[2] == height && sizes[3] == width) return;
  std::string got;
  for (const int64_t size : sizes.slice(1)) got += (got.empty() ? "" : " x ") + std::to_string(size);
  throw std::runtime_error("layers[" + std::to_string(step.first) + "] (" + step.names + ") outputs " + got +
                           ", not the declared shape");
}

void Model::backward(const at::Tensor& logitsGradient, std::vector<Frame>& frames) const {
  const at::AutoDispatchBelowADInplaceOrView noAutograd;
  std::vector<at::Tensor> gradients(shapes_.size());  // with respect to each value
  gradients.back() = logitsGradient.unsqueeze(2).unsqueeze(3);
  for (size_t i = steps_.size(); i-- > 0;) {
    const at::Tensor outputGradient = std::move(gradients[steps_[i].output]);
    if (outputGradient.defined()) {
      const at::Tensor inputGradient = steps_[i].layer->backward(outputGradient, frames[i]);
      for (const size_t value : steps_[i].inputs)
        if (learns_[value])
          gradients[value] = gradients[value].defined() ? gradients[value] + inputGradient : inputGradient;
    }
    frames[i].saved.clear();
    if (auto* profile = frames[i].profile) profile->lap(profile->backward[i]);
  }
}

}  // namespace optimbench
