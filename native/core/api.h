// The door between native/bind (Node-API, no mathematics) and native/core (libtorch, no Node-API).
// Plain structs go in, plain structs come out; this header includes neither torch nor napi.
// Functions throw std::runtime_error with a message for people; nothing else crosses.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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

// ---- what a session is made from ----

// One layer, every default already worked out (see src/models/native-layer.ts). Fields a kind does not use stay zero.
struct LayerSpec {
  std::string kind;
  std::string name;           // "residual_0.conv2d_1": what its parameters' names begin with
  std::vector<int64_t> from;  // the layers whose outputs it takes, summed; -1 is the image; none: the layer before
  Shape output{};             // of one sample, as TypeScript computed it; checked against what comes out
  int64_t filters = 0;        // conv2d: filters; dense: units
  int64_t groups = 1;         // conv2d, groupNorm: parts into which the channels are cut
  std::array<int64_t, 2> kernel{};        // height, width
  std::array<int64_t, 2> strides{};       // height, width
  std::array<int64_t, 2> dilation{1, 1};  // conv2d: distance between a window's pixels
  std::array<int64_t, 4> padding{};       // top, bottom, left, right
  bool bias = false;
  double weightLimit = 0;  // initial weights are uniform in [-limit, limit)
  double biasLimit = 0;
  double rate = 0;      // dropout: share of units set to zero; spatialDropout2d: of channels
  double momentum = 0;  // batchNorm2d: share of the old running mean that is kept
  double epsilon = 0;
  bool center = false;
  bool scale = false;
  bool unbiased = false;  // batchNorm2d: running variance with n / (n - 1)
  std::string activation;
  double slope = 0;  // activation leakyRelu: of its negative side
};

// Random distortions of training images; 0 leaves a kind out (see augment.h).
struct AugmentationSpec {
  double shift = 0;     // pixels
  double rotation = 0;  // degrees
  double scale = 0;     // share
  double elasticAlpha = 0;
  double elasticSigma = 0;
};

// One distortion that is not random.
struct AffineSpec {
  double shiftX = 0;    // pixels to the right
  double shiftY = 0;    // and down
  double rotation = 0;  // degrees, counter-clockwise
  double factor = 1;    // of the size
};

struct SessionSpec {
  std::string device;  // "cpu", "cuda", "cuda:1"
  int64_t threads;
  uint64_t seed;
  int64_t microBatch;  // samples that one thread computes at a time
  Shape input;
  int64_t classes;
  std::vector<LayerSpec> layers;
  LossSpec loss;
  UpdateSpec update;
  AugmentationSpec augmentation;
};

// Borrowed memory of images.
struct ImagesSpec {
  const uint8_t* pixels;  // [count, height, width, channels]
  int64_t count;
  Shape shape;
};

struct DatasetSpec {
  Shape shape;
  int64_t classes;
  int64_t count;  // of all its images
  std::string device;
};

// Some of a dataset's images, in borrowed memory.
struct DatasetPart {
  const uint8_t* images;  // [count, height, width, channels]
  const uint8_t* labels;  // [count], each < classes
  const float* targets;   // [count, classes], or null for one-hot labels
  int64_t count;
};

// ---- what a session does and gives ----

struct Pass {
  std::vector<uint32_t> order;  // which images, in which order
  int64_t batchSize;
  int64_t gradientAccumulation;             // batches an update takes its gradient from
  std::vector<double> learningRates;        // of each update
  std::vector<std::vector<double>> inputs;  // of the update's inputs, in their order, a value each update; or none
  int64_t epoch;                            // keys the random streams
  bool profile = false;                     // whether to say where the time went
};

enum class Status { completed, diverged, cancelled };

// Where the seconds of a pass went. Of what threads do at once, the mean over the threads: all of it adds up to the
// pass.
struct Profile {
  struct Layer {
    std::string name;
    double forward;
    double backward;
  };
  std::vector<Layer> layers;
  double batch = 0;    // gathering images and labels, and augmentation
  double loss = 0;     // its values and gradient, and the accuracy
  double waiting = 0;  // of threads that had nothing left to do for others that had
  double summing = 0;  // of the shards' gradients
  double update = 0;
  double rest = 0;
};

// Sums over the samples that were seen.
struct Measured {
  double loss = 0;
  int64_t correct = 0;
  double negativeLogLikelihood = 0;  // this and the next from evaluate() alone
  double calibrationError = 0;       // how far confidences and right answers are apart, bin by bin
  int64_t samples = 0;
  int64_t steps = 0;
  double seconds = 0;
  Status status = Status::completed;
  std::optional<Profile> profile;  // from train() where the pass asks for it
  std::string stepGraph;           // on a device: "recorded", or why steps were not; else empty
};

// A named piece of the parameter vector, or of that of running statistics.
struct TensorInfo {
  std::string name;  // "conv2d_0.weight"
  std::vector<int64_t>
      shape;       // as it lies in memory: conv2d [filters, height, width, channels / groups], dense [units, inputs]
  int64_t offset;  // of its first number in the vector
};

struct SessionState {
  struct Vector {
    std::string name;
    std::vector<float> values;
  };
  std::vector<float> parameters;
  std::vector<float> evaluation;  // the weights to evaluate with; empty where they are the parameters
  std::vector<Vector> optimizer;  // of a number the 8 bytes of a double
  std::vector<float> statistics;
  int64_t step = 0;
};

using CancelFlag = std::atomic<bool>;

class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual int64_t bytes() const = 0;
  virtual bool isComplete() const = 0;  // only then sessions may have it
};

// Not safe for use by two threads at once: its owner runs one call after the other.
class Session {
 public:
  virtual ~Session() = default;
  virtual int64_t parameterCount() const = 0;
  virtual int64_t bytes() const = 0;
  virtual std::vector<TensorInfo> parameters() const = 0;
  virtual std::vector<TensorInfo> statistics() const = 0;
  virtual Measured train(const Dataset&, const Pass&, const CancelFlag&) = 0;
  // Applies the update again and again with the gradient of the last step: its cost alone, for benchmarks.
  virtual Measured repeatUpdate(int64_t steps, double learningRate, const CancelFlag&) = 0;
  // `weighted`: whether the loss is training's, with class weights.
  virtual Measured evaluate(const Dataset&, const std::vector<uint32_t>& indices, bool weighted, const CancelFlag&) = 0;
  virtual std::vector<float> predict(const std::vector<uint8_t>& images, const CancelFlag&) = 0;
  // Back to the initial state, as if it had just been made.
  virtual void restart() = 0;
  // Keeps a copy of all that training changes; restore() puts it back and lets it go.
  virtual void keep() = 0;
  virtual void restore() = 0;
  // Part of what training changes.
  enum class Vector { parameters, evaluation, statistics };  // evaluation: the parameters where there are no others
  virtual std::vector<float> read(Vector vector, int64_t offset, int64_t count) const = 0;
  virtual SessionState readState() const = 0;
  virtual void writeState(const SessionState&) = 0;
};

struct CoreInfo {
  std::string torch;
  std::string instructionSet;  // of libtorch's operators
  std::string kernels;         // ours on the CPU: "reference", "baseline", "avx2" or "avx512"
  std::vector<std::string> devices;
  std::string
      whyNoGraphs;  // why the first device but the CPU does not record steps; empty where it does, or there is none
  int64_t hardwareThreads;
};

struct UpdateStep {
  std::vector<double> gradient;
  double learningRate;
  std::vector<double> inputs;  // the update's, in their order; or none, and they stay as they are
};

// After each step: the parameters, and the weights to evaluate with where they differ.
struct UpdatePath {
  std::vector<std::vector<double>> theta;
  std::vector<std::vector<double>> evaluation;
};

struct LossValues {
  std::vector<double> values;    // [samples]: with class weights, as training has them
  std::vector<double> gradient;  // [samples, classes]: of the sum of values, with respect to the logits
};

class Core {
 public:
  virtual ~Core() = default;
  virtual CoreInfo info() const = 0;
  virtual std::unique_ptr<Dataset> createDataset(const DatasetSpec&) const = 0;
  virtual void addImages(Dataset&, const DatasetPart&) const = 0;  // copies those that come next
  virtual std::unique_ptr<Session> createSession(const SessionSpec&) const = 0;
  // What a session on the CPU would take for that, without taking it.
  virtual MemoryNeeds memoryNeeds(const SessionSpec&, const PlannedWork&) const = 0;
  // Images as training sees them in an epoch, each under its place as its number; and under one given distortion.
  virtual std::vector<uint8_t> augment(const ImagesSpec&, const AugmentationSpec&, uint64_t seed,
                                       int64_t epoch) const = 0;
  virtual std::vector<uint8_t> transform(const ImagesSpec&, const AffineSpec&) const = 0;
  // Formulas alone, in double precision or rounded to float32 at every operation.
  virtual UpdatePath runUpdate(const UpdateSpec&, const std::vector<double>& theta, const std::vector<TensorInfo>&,
                               const std::vector<UpdateStep>&, bool doublePrecision, int64_t threads) const = 0;
  virtual LossValues runLoss(const LossSpec&, const std::vector<double>& logits, const std::vector<double>& targets,
                             int64_t classes, bool doublePrecision) const = 0;
  virtual std::string listUpdate(const UpdateSpec&, const std::vector<TensorInfo>&) const = 0;  // as compiled
  virtual double timeMatrixProduct(int64_t size, int64_t threads) const = 0;  // seconds, of float32 [size, size]
};

}  // namespace optimbench

// The one symbol the core library exports; the object lives as long as the process. `stepGraphMaker` records steps on a
// device; nullptr where no library for it is there.
extern "C" __attribute__((visibility("default"))) optimbench::Core* optimbench_core(
    optimbench::StepGraphMaker stepGraphMaker);
