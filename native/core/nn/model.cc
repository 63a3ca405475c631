#include "model.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "core/runtime/device.h"
#include "core/runtime/instruction_set.h"
#include "device/device_layers.h"
#include "fused_layers.h"

namespace optimbench {
namespace {

std::vector<at::Tensor> measured(const std::vector<Walk>& walks) {
  std::vector<at::Tensor> list;
  for (const Walk& walk : walks) list.push_back(walk.measured);
  return list;
}

std::array<int64_t, 3> sizesOf(const Shape& shape) { return {shape.channels, shape.height, shape.width}; }

}  // namespace

Model::Model(const SessionSpec& spec, ModelUse use)
    : device_(parseDevice(spec.device)), shapes_{spec.input}, learns_{false}, lastUse_{0} {
  for (size_t i = 0; i < spec.layers.size();) i += add(spec.layers, i, use);
  if (sizesOf(shapes_.back()) != std::array<int64_t, 3>{spec.classes, 1, 1} || steps_.empty())
    throw std::runtime_error("the last layer must output one logit per class");
}

size_t Model::add(const std::vector<LayerSpec>& layers, size_t index, ModelUse use) {
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
  FusedLayers fused;
  if (!device_.is_cpu())
    fused = fuseOnDevice(layers, index, input, device_);
  else if (!referenceKernels())
    fused = fuseLayers(layers, index, input, use);
  step.layer = fused.layer ? std::move(fused.layer) : makeLayer(spec, input);
  if (spec.frozen && use == ModelUse::training) step.layer = makeFrozen(std::move(step.layer));
  for (; step.output < index + fused.count; ++step.output) step.names += ", " + layers[step.output].name;
  if (fused.addend) {
    step.addend = static_cast<size_t>(*fused.addend + 1);
    lastUse_[*step.addend] = steps_.size();
    learns = learns || learns_[*step.addend];
  }
  for (const Slot& slot : step.layer->parameters()) {
    const int64_t count = sizeOf(slot);
    if (slot.frozen) {
      frozenCount_ += count;
      continue;
    }
    learns = true;
    if (!slot.ofBatch) {
      if (sharded_.empty() || sharded_.back().offset + sharded_.back().count < parameterCount_)
        sharded_.push_back({parameterCount_, 0});
      sharded_.back().count += count;
    }
    parameterCount_ += count;
  }
  if (const auto* wide = dynamic_cast<const WideLayer*>(step.layer.get()))
    for (int64_t piece = 0; piece < wide->gradientPieces(); ++piece) widePieces_.push_back({steps_.size(), piece});
  for (const Slot& slot : step.layer->statistics()) statisticsCount_ += sizeOf(slot);
  for (size_t i = index; i < step.output; ++i) {
    learns_.push_back(learns);
    shapes_.push_back(layers[i].output);
    lastUse_.push_back(steps_.size() + 1);
  }
  isDivisible_ = isDivisible_ && step.layer->isDivisible();
  if (dynamic_cast<const BatchLayer*>(step.layer.get()) != nullptr) stages_.push_back(steps_.size());
  const size_t next = step.output;
  steps_.push_back(std::move(step));
  return next - index;
}

void Model::tryOut(const std::vector<Views>& parameters, const std::vector<Views>& statistics) const {
  const std::vector<Views> prepared = prepare(parameters, statistics);
  std::vector<Frame> trial = frames(prepared, statistics);
  const auto [channels, height, width] = shapes_[0];
  const at::Tensor image = at::zeros({1, height, width, channels}, at::TensorOptions(device_).dtype(at::kFloat));
  evaluate(image.permute({0, 3, 1, 2}), trial);
}

std::vector<std::string> Model::names() const {
  std::vector<std::string> names;
  for (const Step& step : steps_) names.push_back(step.names);
  return names;
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

std::vector<Views> Model::prepare(const std::vector<Views>& parameters, const std::vector<Views>& statistics) const {
  std::vector<Views> prepared;
  for (size_t i = 0; i < steps_.size(); ++i) prepared.push_back(steps_[i].layer->prepare(parameters[i], statistics[i]));
  return prepared;
}

at::Tensor Model::evaluate(const at::Tensor& images, std::vector<Frame> frames) const {
  const at::AutoDispatchBelowADInplaceOrView noAutograd;  // layers compute their gradients themselves
  Walk walk{std::move(frames), std::vector<at::Tensor>(shapes_.size())};
  walk.values[0] = images;
  for (size_t i = 0; i < steps_.size(); ++i) compute(walk, i, takeInput(walk, i));
  return walk.values.back().flatten(1);
}

Walk Model::begin(const at::Tensor& images, std::vector<Frame> frames) const {
  Walk walk{std::move(frames), std::vector<at::Tensor>(shapes_.size()), std::vector<at::Tensor>(shapes_.size())};
  walk.values[0] = images;
  return walk;
}

void Model::forward(Walk& walk, size_t stage) const {
  const at::AutoDispatchBelowADInplaceOrView noAutograd;
  const size_t end = endOf(stage);
  for (size_t i = stages_[stage]; i < end; ++i)
    compute(walk, i, walk.waiting.defined() ? std::move(walk.waiting) : takeInput(walk, i));
  if (end == steps_.size()) return;
  walk.waiting = takeInput(walk, end);
  walk.measured = batchLayer(stage + 1).measure(walk.waiting);
  if (auto* profile = walk.frames[end].profile) profile->lap(profile->forward[end]);
}

const BatchLayer& Model::batchLayer(size_t stage) const {
  return static_cast<const BatchLayer&>(*steps_[stages_[stage]].layer);
}

void Model::combine(std::vector<Walk>& walks, size_t stage) const {
  const size_t step = stages_[stage];
  const at::Tensor ofBatch = batchLayer(stage).combine(measured(walks), walks[0].frames[step]);
  for (Walk& walk : walks) walk.frames[step].ofBatch = ofBatch;
}

at::Tensor Model::takeInput(Walk& walk, size_t step) const {
  const auto& inputs = steps_[step].inputs;
  at::Tensor x = walk.values[inputs[0]];
  for (size_t j = 1; j < inputs.size(); ++j) x = x + walk.values[inputs[j]];
  const auto addend = steps_[step].addend;
  if (addend) walk.frames[step].addend = walk.values[*addend];
  // Later layers reuse the memory.
  for (const size_t value : inputs)
    if (lastUse_[value] == step) walk.values[value].reset();
  if (addend && lastUse_[*addend] == step) walk.values[*addend].reset();
  return x;
}

void Model::compute(Walk& walk, size_t step, const at::Tensor& input) const {
  at::Tensor& output = walk.values[steps_[step].output];
  output = steps_[step].layer->forward(input, walk.frames[step]);
  walk.frames[step].addend.reset();
  checkShape(output, steps_[step]);
  if (auto* profile = walk.frames[step].profile) profile->lap(profile->forward[step]);
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

void Model::backward(Walk& walk, size_t stage) const {
  const at::AutoDispatchBelowADInplaceOrView noAutograd;
  const size_t end = endOf(stage), begin = stages_[stage] + (stage > 0 ? 1 : 0);
  if (end < steps_.size()) computeBackward(walk, end, std::move(walk.waiting));
  for (size_t i = end; i-- > begin;) computeBackward(walk, i, std::move(walk.gradients[steps_[i].output]));
  if (stage == 0) return;
  const size_t first = stages_[stage];
  walk.waiting = std::move(walk.gradients[steps_[first].output]);
  if (!walk.waiting.defined()) return;  // no earlier layer is trained
  walk.measured = batchLayer(stage).measureGradient(walk.waiting, walk.frames[first]);
  if (auto* profile = walk.frames[first].profile) profile->lap(profile->backward[first]);
}

void Model::combineGradients(std::vector<Walk>& walks, size_t stage) const {
  if (!walks[0].waiting.defined()) return;
  const size_t step = stages_[stage];
  const at::Tensor ofBatch = batchLayer(stage).combineGradients(measured(walks), walks[0].frames[step]);
  for (Walk& walk : walks) walk.frames[step].ofBatch = ofBatch;
}

void Model::addPiece(const Piece& piece, const std::vector<std::vector<Views>>& factors,
                     const std::vector<Views>& gradients) const {
  static_cast<const WideLayer&>(*steps_[piece.step].layer)
      .addGradientPiece(piece.index, factors[piece.step], gradients[piece.step]);
}

double Model::factorBytes() const {
  double bytes = 0;
  for (const Piece& piece : widePieces_)
    if (piece.index == 0) bytes += static_cast<const WideLayer&>(*steps_[piece.step].layer).factorBytes();
  return bytes;
}

void Model::computeBackward(Walk& walk, size_t step, at::Tensor outputGradient) const {
  Frame& frame = walk.frames[step];
  if (outputGradient.defined()) {
    const auto add = [&](size_t value, const at::Tensor& part) {
      at::Tensor& gradient = walk.gradients[value];
      if (learns_[value]) gradient = gradient.defined() ? gradient + part : part;
    };
    at::Tensor addendGradient;
    frame.addendGradient = &addendGradient;
    const at::Tensor inputGradient = steps_[step].layer->backward(outputGradient, frame);
    frame.addendGradient = nullptr;
    for (const size_t value : steps_[step].inputs) add(value, inputGradient);
    if (steps_[step].addend) add(*steps_[step].addend, addendGradient);
  }
  frame.saved.clear();
  if (frame.profile) frame.profile->lap(frame.profile->backward[step]);
}

}  // namespace optimbench
