#include "loss_source.h"

#include <algorithm>
#include <vector>

#include "core/formula/formula.h"
#include "core/formula/kernel_source.h"

namespace optimbench {
namespace {

constexpr int64_t kBlockThreads = 512;
constexpr int64_t kMaxClasses = 128;  // a thread sums over them alone
constexpr size_t kMaxNodes = 2000;    // keeps sources short

// Functions of a sample's row in shared memory. Sums are in the order of the classes.
constexpr const char* kRowFunctions = R"(
static __device__ inline float sumOf(const float* row) {
  float sum = row[0];
  for (int c = 1; c < kClasses; ++c) sum += row[c];
  return sum;
}
static __device__ inline float largestOf(const float* row) {
  float largest = row[0];
  for (int c = 1; c < kClasses; ++c) largest = larger(largest, row[c]);
  return largest;
}
static __device__ inline float smallestOf(const float* row) {
  float smallest = row[0];
  for (int c = 1; c < kClasses; ++c) smallest = smaller(smallest, row[c]);
  return smallest;
}
// The first of the largest, or of the NaN.
static __device__ inline int argmaxOf(const float* row) {
  int largest = 0;
  for (int c = 1; c < kClasses; ++c)
    if (row[largest] == row[largest] && !(row[c] <= row[largest])) largest = c;
  return largest;
}
)";

// A thread computes one class of one sample. Threads without a sample repeat the last one and write nothing.
constexpr const char* kBegin = R"(
extern "C" __global__ void loss(long long samples, long long divisor, const float* logits, const float* targets,
                                const long long* labels, float* gradient, double* losses, long long* hits,
                                unsigned* finished, double* lossSum, long long* hitSum, long long* position,
                                long long* update, long long updates) {
  __shared__ float rows[kThreads];
  __shared__ float blockLosses[kSamples];
  __shared__ int blockHits[kSamples];
  const int c = threadIdx.x % kClasses;
  const int inBlock = threadIdx.x / kClasses;
  const float* row = rows + inBlock * kClasses;
  const long long blockFirst = static_cast<long long>(blockIdx.x) * kSamples;
  const bool isReal = blockFirst + inBlock < samples;
  const long long sample = isReal ? blockFirst + inBlock : samples - 1;
  const float z = logits[sample * kClasses + c];
  const float y = targets[sample * kClasses + c];
)";

// Sums are in the order of the samples within a block, and then of the blocks. The block that finishes last adds them
// to those of the pass.
constexpr const char* kEnd = R"(
  if (isReal) gradient[sample * kClasses + c] = slope / static_cast<float>(divisor);
  if (c == 0) {
    blockLosses[inBlock] = value;
    blockHits[inBlock] = best == labels[sample] ? 1 : 0;
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    const long long rest = samples - blockFirst;
    const int count = rest < kSamples ? static_cast<int>(rest) : kSamples;
    double lossOfAll = 0.0;
    long long hitsOfAll = 0;
    for (int i = 0; i < count; ++i) {
      lossOfAll += static_cast<double>(blockLosses[i]);
      hitsOfAll += blockHits[i];
    }
    bool isLast = true;
    if (gridDim.x > 1) {
      volatile double* lossOf = losses;
      volatile long long* hitsOf = hits;
      lossOf[blockIdx.x] = lossOfAll;
      hitsOf[blockIdx.x] = hitsOfAll;
      __threadfence();
      isLast = atomicAdd(finished, 1u) == gridDim.x - 1;
      if (isLast) {
        __threadfence();
        lossOfAll = 0.0;
        hitsOfAll = 0;
        for (unsigned i = 0; i < gridDim.x; ++i) {
          lossOfAll += lossOf[i];
          hitsOfAll += hitsOf[i];
        }
        *finished = 0;
      }
    }
    if (isLast) {
      *lossSum += lossOfAll;
      *hitSum += hitsOfAll;
      *position += samples;
      *update += updates;
    }
  }
}
)";

// What a node's value is: one number, one per sample, or one per class of each sample.
enum class Extent { number, sample, row };

class LossWriter {
 public:
  LossWriter(const LossSpec& spec, int64_t classes) : spec_(spec), nodes_(spec.nodes), classes_(classes) {
    const Formula formula(nodes_, Formula::Reduce::classes, {"z", "y"});
    known_ = formula.scalars({at::Tensor(), at::Tensor()});
    terms_.resize(nodes_.size());
  }

  std::optional<std::string> write() {
    if (!spec_.classWeights.empty() && static_cast<int64_t>(spec_.classWeights.size()) != classes_) return std::nullopt;
    for (size_t i = 0; i < nodes_.size(); ++i)
      if (isLive(i) && !add(i)) return std::nullopt;
    const Term& value = terms_[spec_.result];
    if (value.extent == Extent::row) return std::nullopt;  // an error, which the operators report
    const Term& slope = terms_[spec_.gradient];
    // A gradient that is a number belongs to a loss that does not depend on z.
    std::string results = "  const float value = " + value.text;
    std::string gradient = ";\n  const float slope = " + (slope.extent == Extent::number ? "0.0f" : slope.text);
    if (!spec_.classWeights.empty()) {
      const std::string row = inSharedMemory("y");
      const std::string weight = " * " + variable(constants(spec_.classWeights) + "[argmaxOf(" + row + ")]");
      results += weight;
      gradient += weight;
    }
    const std::string best = "  const int best = argmaxOf(" + inSharedMemory("z") + ");\n";
    const std::string samples = std::to_string(kBlockThreads / classes_);
    return "constexpr int kClasses = " + std::to_string(classes_) + ";\nconstexpr int kSamples = " + samples +
           ";\nconstexpr int kThreads = kClasses * kSamples;\n" + constants_ + expressionFunctions() + kRowFunctions +
           kBegin + body_ + best + results + gradient + ";\n" + kEnd;
  }

 private:
  struct Term {
    Extent extent = Extent::number;
    std::string text;  // a variable or a literal
  };

  bool isLive(size_t node) {
    if (isLive_.empty()) {
      isLive_.resize(nodes_.size());
      isLive_[spec_.result] = isLive_[spec_.gradient] = true;
      for (size_t i = nodes_.size(); i-- > 0;)
        if (isLive_[i])
          for (const int64_t argument : nodes_[i].arguments) isLive_[argument] = true;
    }
    return isLive_[node];
  }

  // Makes the term of a node. False if it has no expression.
  bool add(size_t node) {
    const NodeSpec& spec = nodes_[node];
    if (known_[node]) return set(node, Extent::number, literal(*known_[node]));
    if (spec.op == "input") return set(node, Extent::row, spec.name);
    if (spec.op == "row") {
      if (static_cast<int64_t>(spec.values.size()) != classes_) return false;
      return define(node, Extent::row, constants(spec.values) + "[c]");
    }
    std::vector<Term> arguments;
    for (const int64_t argument : spec.arguments) arguments.push_back(terms_[argument]);
    const Term& x = arguments[0];
    if (spec.op == "where" && known_[spec.arguments[0]]) {  // the other branch is never read
      terms_[node] = arguments[*known_[spec.arguments[0]] != 0 ? 1 : 2];
      return true;
    }
    if (spec.op == "like") return addLike(node, x, arguments[1].extent);
    if (spec.op == "ones") return set(node, x.extent, "1.0f");
    if (spec.op == "columns")
      return x.extent != Extent::number && set(node, Extent::number, literal(x.extent == Extent::row ? classes_ : 1));
    if (hasExpression(nodes_, node)) {
      Extent extent = Extent::number;
      std::vector<std::string> texts;
      for (const Term& each : arguments) {
        extent = std::max(extent, each.extent);
        texts.push_back(each.text);
      }
      return define(node, extent, expressionOf(nodes_, node, texts));
    }
    return std::ranges::all_of(arguments, [](const Term& each) { return each.extent == Extent::row; }) &&
           addOfRows(node, arguments);
  }

  bool addLike(size_t node, const Term& g, Extent extent) {
    if (g.extent == Extent::row && extent == Extent::sample)
      return define(node, Extent::sample, "sumOf(" + inSharedMemory(g.text) + ")");
    if (g.extent == Extent::number && extent == Extent::number) return set(node, extent, g.text);
    return g.extent <= extent && set(node, extent, g.text);
  }

  bool addOfRows(size_t node, const std::vector<Term>& arguments) {
    const std::string& op = nodes_[node].op;
    const std::string& x = arguments[0].text;
    const auto sumOf = [&](const std::string& value) { return "sumOf(" + inSharedMemory(value) + ")"; };
    if (op == "sum") return define(node, Extent::sample, sumOf(x));
    if (op == "mean") return define(node, Extent::sample, sumOf(x) + " / " + literal(static_cast<double>(classes_)));
    if (op == "norm") return define(node, Extent::sample, "sqrtf(" + sumOf(x + " * " + x) + ")");
    if (op == "max") return define(node, Extent::sample, "largestOf(" + inSharedMemory(x) + ")");
    if (op == "min") return define(node, Extent::sample, "smallestOf(" + inSharedMemory(x) + ")");
    if (op == "oneHot") return define(node, Extent::row, "c == argmaxOf(" + inSharedMemory(x) + ") ? 1.0f : 0.0f");
    if (op == "softmax" || op == "logSoftmax") {
      const std::string shifted = variable(x + " - largestOf(" + inSharedMemory(x) + ")");
      const std::string power = variable("expf(" + shifted + ")");
      const std::string sum = sumOf(power);
      return define(node, Extent::row, op == "softmax" ? power + " / " + sum : shifted + " - logf(" + sum + ")");
    }
    const std::string& result = arguments.size() > 1 ? arguments[1].text : x;
    if (op == "softmaxGradient")
      return define(node, Extent::row, result + " * (" + x + " - " + sumOf(x + " * " + result) + ")");
    if (op == "logSoftmaxGradient") return define(node, Extent::row, x + " - expf(" + result + ") * " + sumOf(x));
    return false;
  }

  // The row of a value, which all threads of the sample can read.
  std::string inSharedMemory(const std::string& value) {
    if (shared_ != value) body_ += "  __syncthreads();\n  rows[threadIdx.x] = " + value + ";\n  __syncthreads();\n";
    shared_ = value;
    return "row";
  }

  std::string constants(const std::vector<double>& values) {
    const std::string name = "constants" + std::to_string(constantCount_++);
    constants_ += "static __device__ const float " + name + "[] = {";
    for (const double value : values) constants_ += literal(value) + ", ";
    constants_ += "};\n";
    return name;
  }

  std::string variable(const std::string& value) {
    // GCC 12 warns of "v" + std::to_string(...).
    const std::string name = std::string("v").append(std::to_string(variableCount_++));
    body_ += "  const float " + name + " = " + value + ";\n";
    return name;
  }
  bool define(size_t node, Extent extent, const std::string& value) { return set(node, extent, variable(value)); }
  bool set(size_t node, Extent extent, const std::string& text) {
    terms_[node] = {extent, text};
    return true;
  }

  const LossSpec& spec_;
  const std::vector<NodeSpec>& nodes_;
  int64_t classes_;
  std::vector<std::optional<double>> known_;
  std::vector<bool> isLive_;
  std::vector<Term> terms_;
  std::string constants_, body_;
  std::string shared_;  // the value that is in shared memory
  size_t variableCount_ = 0, constantCount_ = 0;
};

}  // namespace

std::optional<LossSource> LossSource::of(const LossSpec& spec, int64_t classes) {
  if (classes < 1 || classes > kMaxClasses || spec.nodes.size() > kMaxNodes) return std::nullopt;
  const std::optional<std::string> text = LossWriter(spec, classes).write();
  if (!text) return std::nullopt;
  return LossSource{*text, kBlockThreads / classes};
}

}  // namespace optimbench
