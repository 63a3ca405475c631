#include "device_schedule.h"

#include <algorithm>
#include <string>

#include "core/formula/kernel_source.h"
#include "core/runtime/device_compiler.h"

namespace optimbench {
namespace {

constexpr int64_t kThreads = 256;   // of a block
constexpr size_t kMaxNodes = 2000;  // writing the source recurses, at most once per node

// GCC 12 warns of "n" + std::to_string(...).
std::string name(size_t node) { return std::string("n").append(std::to_string(node)); }
std::string nameOfArray(size_t array) { return std::string("a").append(std::to_string(array)); }

bool hasLayoutOf(const at::Tensor& tensor, const at::Tensor& whole) {
  return tensor.sizes() == whole.sizes() && tensor.strides() == whole.strides() &&
         tensor.scalar_type() == whole.scalar_type();
}

}  // namespace

// Writes the source of a stage's kernel. A thread computes one element: it reads all that it needs before it writes.
class DeviceSchedule::Writer {
 public:
  Writer(const Formula& formula, const UpdateAnalysis& analysis, const std::vector<std::optional<double>>& known,
         const std::vector<bool>& varying, const std::vector<size_t>& columns, size_t stage)
      : specs_(formula.nodes()),
        analysis_(analysis),
        known_(known),
        varying_(varying),
        columns_(columns),
        stage_(stage),
        isDeclared_(specs_.size()) {}

  void store(size_t node, size_t array) {
    declare(node);
    stores_ += "  " + nameOfArray(indexOf(array)) + "[i] = " + name(node) + ";\n";
  }

  std::string source() const {
    std::string parameters = "long long count, const double* scalars, const long long* row, long long columns";
    for (size_t i = 0; i < numbers.size(); ++i) parameters += ", const float* number" + std::to_string(i);
    for (size_t i = 0; i < arrays.size(); ++i) parameters += ", float* a" + std::to_string(i);
    return expressionFunctions() + "\nextern \"C\" __global__ void update(" + parameters +
           ") {\n"
           "  const long long i = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;\n"
           "  if (i >= count) return;\n"
           "  const double* s = scalars + row[0] * columns;\n" +
           declarations_ + stores_ + "}\n";
  }

  std::vector<size_t> numbers;
  std::vector<size_t> arrays;

 private:
  void declare(size_t node) {
    if (isDeclared_[node]) return;
    isDeclared_[node] = true;
    const std::string value = valueOf(node);  // declares the arguments
    declarations_ += "  const float " + name(node) + " = " + value + ";\n";
  }

  std::string valueOf(size_t node) {
    if (known_[node] && !varying_[node]) return literal(*known_[node]);
    if (known_[node]) {
      const size_t column = std::ranges::find(columns_, node) - columns_.begin();
      return "static_cast<float>(s[" + std::to_string(column) + "])";
    }
    if (analysis_[node].isNumber) {
      numbers.push_back(node);
      return "*number" + std::to_string(numbers.size() - 1);
    }
    if (!analysis_.isComputedIn(stage_, node)) return nameOfArray(indexOf(analysis_.arrayOf(node))) + "[i]";
    std::vector<std::string> arguments;
    for (const int64_t argument : specs_[node].arguments) {
      declare(argument);
      arguments.push_back(name(argument));
    }
    return expressionOf(specs_, node, arguments);
  }

  size_t indexOf(size_t array) {
    const auto found = std::ranges::find(arrays, array);
    const size_t index = found - arrays.begin();
    if (found == arrays.end()) arrays.push_back(array);
    return index;
  }

  const std::vector<NodeSpec>& specs_;
  const UpdateAnalysis& analysis_;
  const std::vector<std::optional<double>>& known_;
  const std::vector<bool>& varying_;
  const std::vector<size_t>& columns_;
  size_t stage_;
  std::vector<bool> isDeclared_;
  std::string declarations_, stores_;
};

std::optional<DeviceSchedule> DeviceSchedule::compile(at::Device device, const Update& update,
                                                      const Update::Block& block, const Update::Part& part,
                                                      const std::vector<std::optional<double>>& known,
                                                      const std::vector<size_t>& columns, int64_t firstColumn) {
  if (!compilesKernels(device)) return std::nullopt;
  const Formula& formula = block.formula;
  const std::vector<NodeSpec>& specs = formula.nodes();
  const std::vector<Sizes> inputs = update.inputSizes(block, part);
  const std::vector<UpdateAnalysis::Write> writes = update.writes(block);
  UpdateAnalysis analysis(formula, inputs, part.nodes, writes, {hasExpression, false});
  if (specs.size() > kMaxNodes || !analysis.analyse()) return std::nullopt;

  size_t stageCount = 0;
  bool hasComputed = false, hasVectorCalls = false;
  DeviceSchedule schedule;
  for (size_t i = 0; i < specs.size(); ++i) {
    if (!analysis[i].isLive) continue;
    stageCount = std::max(stageCount, analysis[i].stage + 1);
    hasComputed = hasComputed || analysis[i].isComputed;
    const bool isCall = !analysis[i].isComputed && !known[i] && !specs[i].arguments.empty();
    schedule.needsScalars_ = schedule.needsScalars_ || isCall;
    hasVectorCalls = hasVectorCalls || (isCall && !analysis[i].isNumber);
    if (analysis[i].isComputed)  // a kernel has no broadcasting
      for (const int64_t argument : specs[i].arguments)
        if (!analysis[argument].isNumber && !analysis[argument].isVector) return std::nullopt;
  }
  const bool isOneKernel = stageCount == 1 && !hasVectorCalls;  // nothing else reads or shares what it overwrites
  if (!hasComputed && !isOneKernel) return std::nullopt;

  const std::vector<bool> varying = formula.varying();
  const auto isArray = [&](size_t array) {  // of the part's size
    return array == inputs.size() || inputs[array] == inputs[0];
  };
  schedule.firstColumn_ = firstColumn;
  for (size_t k = 0; k < writes.size(); ++k) {
    const auto& node = analysis[writes[k].node];
    schedule.stored_.push_back(analysis.isStoredInPlace(k) ||
                               (isOneKernel && isArray(writes[k].array) && (node.isNumber || node.isVector)));
    const bool isNumber = writes[k].array < inputs.size() && inputs[writes[k].array].empty();  // which the host keeps
    if (known[writes[k].node] && !isNumber && !schedule.stored_[k]) schedule.needsScalars_ = true;
  }
  for (size_t stageIndex = 0; stageIndex < stageCount; ++stageIndex) {
    Stage stage;
    Writer writer(formula, analysis, known, varying, columns, stageIndex);
    for (size_t i = 0; i < specs.size(); ++i) {
      if (!analysis[i].isLive || analysis[i].stage != stageIndex) continue;
      if (!analysis[i].isComputed && !known[i]) stage.calls.push_back(i);
      bool isResult = analysis[i].isComputed && analysis[i].isMaterialised;
      for (size_t k = 0; k < writes.size(); ++k) {
        if (writes[k].node != i) continue;
        if (schedule.stored_[k])
          writer.store(i, specs.size() + writes[k].array);
        else
          isResult = isResult || analysis[i].isComputed;
      }
      if (!isResult) continue;
      writer.store(i, i);
      stage.results.push_back(i);
    }
    if (!writer.arrays.empty()) stage.kernel = compileKernel(device, writer.source(), "update");
    stage.numbers = std::move(writer.numbers);
    stage.arrays = std::move(writer.arrays);
    schedule.stages_.push_back(std::move(stage));
  }
  return schedule;
}

void DeviceSchedule::run(const Formula& formula, const Update::Part& part, const std::vector<Value>& inputs,
                         const at::Tensor& another, const Scalars& scalars, std::vector<Value>& values) const {
  const at::Tensor& whole = std::get<at::Tensor>(inputs[0]);
  const size_t count = values.size();
  for (const Stage& stage : stages_) {
    for (const size_t node : stage.calls) values[node] = formula.run(node, part.nodes[node], values, inputs);
    if (!stage.kernel || whole.numel() == 0) continue;

    for (const size_t node : stage.results)
      values[node] = at::empty_strided(whole.sizes(), whole.strides(), whole.options());
    std::vector<at::Tensor> kept;  // until the kernel is submitted
    std::vector<void*> pointers;
    for (const size_t node : stage.numbers) {
      const auto* tensor = std::get_if<at::Tensor>(&values[node]);
      kept.push_back(tensor == nullptr ? at::full({}, std::get<double>(values[node]), whole.options())
                                       : tensor->to(whole.scalar_type()));
      pointers.push_back(kept.back().data_ptr());
    }
    for (const size_t array : stage.arrays) {
      const at::Tensor tensor = array < count                   ? std::get<at::Tensor>(values[array])
                                : array - count < inputs.size() ? std::get<at::Tensor>(inputs[array - count])
                                                                : another;
      kept.push_back(hasLayoutOf(tensor, whole)
                         ? tensor
                         : at::empty_strided(whole.sizes(), whole.strides(), whole.options()).copy_(tensor));
      pointers.push_back(kept.back().data_ptr());
    }
    int64_t length = whole.numel(), columns = scalars.table.size(1);
    void* table = scalars.table.data_ptr<double>() + firstColumn_;
    void* row = scalars.row.data_ptr();
    std::vector<void*> arguments{&length, &table, &row, &columns};
    for (void*& pointer : pointers) arguments.push_back(&pointer);
    stage.kernel->launch((length + kThreads - 1) / kThreads, kThreads, arguments);
  }
}

}  // namespace optimbench
