// The boundary between native/bind (Node-API, no mathematics) and native/core (libtorch, no Node-API). Only plain
// structs cross it, and this header includes neither torch nor napi. Functions throw std::runtime_error with a message
// for the user, and no other exception.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/device_kernels.h"
#include "core/formula_spec.h"
#include "core/memory_plan.h"
#include "core/step_graph.h"

namespace optimbench {

struct Shape {
  int64_t channels;
  int64_t height;
  int64_t width;
};

constexpr int64_t kMaxThreads = 1024;  // MAX_THREADS of src/config/threads.ts

// ---- what a session is created from ----

// One layer, with every default resolved (see src/models/native-layer.ts). Fields that a kind does not use stay zero.
struct LayerSpec {
  std::string kind;
  std::string name;           // "residual_0.conv2d_1", the prefix of its parameters' names
  std::vector<int64_t> from;  // layers whose outputs are summed as the input; -1: the image; empty: the previous layer
  Shape output{};             // of one sample, computed by TypeScript; checked against the actual output
  int64_t filters = 0;        // conv2d: filters; dense: units
  int64_t groups = 1;         // conv2d, groupNorm: number of channel groups
  std::array<int64_t, 2> kernel{};        // height, width
  std::array<int64_t, 2> strides{};       // height, width
  std::array<int64_t, 2> dilation{1, 1};  // conv2d: distance between the pixels of a window
  std::array<int64_t, 4> padding{};       // top, bottom, left, right
  bool bias = false;
  double weightLimit = 0;  // initial weights are uniform in [-limit, limit)
  double biasLimit = 0;
  double rate = 0;      // dropout: fraction of units set to zero; spatialDropout2d: of channels
  double momentum = 0;  // batchNorm2d: weight of the previous running mean
  double epsilon = 0;
  bool center = false;
  bool scale = false;
  bool unbiased = false;  // batchNorm2d: multiply the running variance by n / (n - 1)
  std::string activation;
  double slope = 0;     // activation leakyRelu: slope of the negative side
  bool frozen = false;  // whether training leaves parameters and running statistics as they are
};

// Random distortions of training images (see augment.h). 0 disables a kind.
struct AugmentationSpec {
  double shift = 0;     // pixels
  double rotation = 0;  // degrees
  double scale = 0;     // fraction
  double elasticAlpha = 0;
  double elasticSigma = 0;
};

// What is subtracted from the values of each channel, which are in [0, 1], and what they are then divided by. Empty:
// images stay as they are.
struct StandardisationSpec {
  std::vector<double> mean;
  std::vector<double> standardDeviation;
};

// One fixed distortion.
struct AffineSpec {
  double shiftX = 0;    // pixels to the right
  double shiftY = 0;    // pixels down
  double rotation = 0;  // degrees, counter-clockwise
  double factor = 1;    // scales the size
};

struct SessionSpec {
  std::string device;  // "cpu", "cuda", "cuda:1"
  int64_t threads;
  uint64_t seed;
  int64_t microBatch;  // samples that one thread processes at a time
  Shape input;
  int64_t classes;
  std::vector<LayerSpec> layers;
  LossSpec loss;
  UpdateSpec update;
  AugmentationSpec augmentation;
  StandardisationSpec standardisation;
};

// Images in borrowed memory.
struct ImagesSpec {
  const uint8_t* pixels;  // [count, height, width, channels]
  int64_t count;
  Shape shape;
};

struct DatasetSpec {
  Shape shape;
  int64_t classes;
  int64_t count;  // total number of images
  std::string device;
};

// A part of a dataset, in borrowed memory.
struct DatasetPart {
  const uint8_t* images;  // [count, height, width, channels]
  const int32_t* labels;  // [count], each < classes
  const float* targets;   // [count, classes], or null for one-hot labels
  int64_t count;
};

// ---- what a session does and returns ----

struct Pass {
  std::vector<uint32_t> order;  // indices of the images, in training order
  int64_t batchSize;
  int64_t gradientAccumulation;             // batches per update
  std::vector<double> learningRates;        // one per update
  std::vector<std::vector<double>> inputs;  // for each input of the update, one value per update; or empty
  int64_t epoch;                            // keys the random streams
  bool profile = false;                     // whether to measure where the time goes
  bool wholeUpdates = false;                // whether a cancelled pass ends after an update, so that it can go on
  // What the pass did before it was cancelled; it goes on from there.
  struct Done {
    int64_t updates = 0;
    double loss = 0;
    int64_t correct = 0;
  } done;
  int64_t start() const { return done.updates * batchSize * gradientAccumulation; }  // the first image in `order`
};

enum class Status { completed, diverged, cancelled };

// Where the seconds of a pass went. Parallel work is averaged over the threads, so all values add up to the pass.
struct Profile {
  struct Layer {
    std::string name;
    double forward;
    double backward;
  };
  std::vector<Layer> layers;
  double batch = 0;    // gathering images and labels, and augmentation
  double loss = 0;     // values and gradient of the loss, and the accuracy
  double waiting = 0;  // idle threads waiting for busy ones
  double summing = 0;  // adding up the shards' gradients
  double update = 0;
  double rest = 0;
};

// Sums over the processed samples.
struct Measured {
  double loss = 0;
  int64_t correct = 0;
  double negativeLogLikelihood = 0;  // set by evaluate() only, like the next
  double calibrationError = 0;       // sum over bins of |summed confidence - correct answers|
  int64_t samples = 0;
  int64_t steps = 0;
  double seconds = 0;
  Status status = Status::completed;
  std::optional<Profile> profile;  // set by train() if the pass asks for it
  std::string stepGraph;           // on a device: "recorded", or why steps were not; on the CPU empty
};

// A named part of the parameter vector or of the vector of running statistics.
struct TensorInfo {
  std::string name;  // "conv2d_0.weight"
  // In memory order: conv2d [filters, height, width, channels / groups], dense [units, inputs].
  std::vector<int64_t> shape;
  int64_t offset;       // of its first element in the vector
  bool frozen = false;  // in the vector of the frozen parameters instead
};

// A vector that training changes. A double or an integer has the length 2: its 8 bytes.
struct VectorInfo {
  std::string name;  // "parameters", "optimizer.m", "kept.parameters"
  std::string type;  // "float32", "float64" or "int64"
  int64_t length;    // in floats
};

struct SessionState {
  struct Vector {
    std::string name;
    std::vector<float> values;
  };
  std::vector<float> parameters;
  std::vector<float> evaluation;  // weights for evaluation; empty if these are the parameters
  std::vector<Vector> optimizer;  // a scalar state is the 8 bytes of a double
  std::vector<float> statistics;
  int64_t step = 0;
};

using CancelFlag = std::atomic<bool>;

class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual int64_t bytes() const = 0;
  virtual bool isComplete() const = 0;  // sessions accept only complete datasets
};

// Not thread-safe: its owner makes one call at a time.
class Session {
 public:
  virtual ~Session() = default;
  virtual int64_t parameterCount() const = 0;  // without the frozen ones
  virtual int64_t frozenCount() const = 0;
  virtual int64_t bytes() const = 0;
  virtual std::vector<TensorInfo> parameters() const = 0;
  virtual std::vector<TensorInfo> statistics() const = 0;
  virtual Measured train(const Dataset&, const Pass&, const CancelFlag&) = 0;
  // Repeats the update with the gradient of the last step, to benchmark the update alone.
  virtual Measured repeatUpdate(int64_t steps, double learningRate, const CancelFlag&) = 0;
  // `weighted`: whether class weights apply, as in training.
  virtual Measured evaluate(const Dataset&, const std::vector<uint32_t>& indices, bool weighted, const CancelFlag&) = 0;
  virtual std::vector<float> predict(const std::vector<uint8_t>& images, const CancelFlag&) = 0;
  // Resets to the initial state, as if newly created.
  virtual void restart() = 0;
  // Keeps a copy of everything that training changes. restore() restores it and releases the copy.
  virtual void keep() = 0;
  virtual void restore() = 0;
  // Everything that training changes, as vectors of floats, and what keep() kept of it for evaluation.
  virtual std::vector<VectorInfo> vectors() = 0;
  // `evaluation` is `parameters` if there are no separate weights for evaluation. `frozen` is not among vectors(),
  // since training does not change it.
  virtual std::vector<float> read(const std::string& vector, int64_t offset, int64_t count) = 0;
  virtual void write(const std::string& vector, int64_t offset, const std::vector<float>& values) = 0;
  // Starts the optimizer from parameters that were written: what begins as the parameters takes their values.
  virtual void startUpdate() = 0;
  virtual SessionState readState() const = 0;
  virtual void writeState(const SessionState&) = 0;
};

struct CoreInfo {
  std::string torch;
  std::string instructionSet;  // of libtorch's operators
  std::string kernels;         // our CPU kernels: "reference", "baseline", "avx2" or "avx512"
  std::vector<std::string> devices;
  std::string whyNoGraphs;   // why the first GPU does not record steps; empty if it does, or without a GPU
  std::string whyNoKernels;  // the same of compiling kernels for it
  int64_t hardwareThreads;
};

struct UpdateStep {
  std::vector<double> gradient;
  double learningRate;
  std::vector<double> inputs;  // of the update, in order; empty: unchanged
};

// The parameters after each step, and the weights for evaluation if they differ.
struct UpdatePath {
  std::vector<std::vector<double>> theta;
  std::vector<std::vector<double>> evaluation;
};

struct LossValues {
  std::vector<double> values;    // [samples], with class weights as in training; on a device, their sum alone
  std::vector<double> gradient;  // [samples, classes]: of the sum of values, with respect to the logits
};

class Core {
 public:
  virtual ~Core() = default;
  virtual CoreInfo info() const = 0;
  virtual std::unique_ptr<Dataset> createDataset(const DatasetSpec&) const = 0;
  virtual void addImages(Dataset&, const DatasetPart&) const = 0;  // copies the next part
  virtual std::unique_ptr<Session> createSession(const SessionSpec&) const = 0;
  // Estimates what a session on the CPU would need, without allocating it.
  virtual MemoryNeeds memoryNeeds(const SessionSpec&, const PlannedWork&) const = 0;
  // Images as training sees them in an epoch, numbered by position; and images under one fixed distortion.
  virtual std::vector<uint8_t> augment(const ImagesSpec&, const AugmentationSpec&, uint64_t seed,
                                       int64_t epoch) const = 0;
  virtual std::vector<uint8_t> transform(const ImagesSpec&, const AffineSpec&) const = 0;
  // Runs formulas without a model, in double precision or in float32. On a device other than the CPU, as its training
  // steps do, in float32.
  virtual UpdatePath runUpdate(const UpdateSpec&, const std::vector<double>& theta, const std::vector<TensorInfo>&,
                               const std::vector<UpdateStep>&, bool doublePrecision, int64_t threads,
                               const std::string& device) const = 0;
  virtual LossValues runLoss(const LossSpec&, const std::vector<double>& logits, const std::vector<double>& targets,
                             int64_t classes, bool doublePrecision, const std::string& device) const = 0;
  virtual std::string listUpdate(const UpdateSpec&,
                                 const std::vector<TensorInfo>&) const = 0;   // the compiled update as text
  virtual double timeMatrixProduct(int64_t size, int64_t threads) const = 0;  // seconds for float32 [size, size]
};

// What a library for a kind of device makes; null without such a library.
struct DeviceMakers {
  StepGraphMaker stepGraph = nullptr;      // records steps
  DeviceCompilerMaker compiler = nullptr;  // compiles kernels
};

}  // namespace optimbench

// The only symbol that the core library exports. The object lives as long as the process.
extern "C" __attribute__((visibility("default"))) optimbench::Core* optimbench_core(optimbench::DeviceMakers makers);
