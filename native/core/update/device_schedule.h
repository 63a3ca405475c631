// The compiled form of a formula on one part of the parameters, for a device: a sequence of stages, as StageSchedule is
// for the CPU. A stage first calls libtorch's operators, one node each, and then launches one kernel, which computes
// all elementwise nodes of the stage. Most updates are one kernel.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/device_kernels.h"
#include "update.h"

namespace optimbench {

class DeviceSchedule {
 public:
  // The scalars of a step in the device's memory: a row of a table, whose index is on the device too.
  struct Scalars {
    const at::Tensor& table;  // [rows, columns] float64
    const at::Tensor& row;    // [1] int64
  };

  // `known` are the values that depend on scalars only. Those that vary are read from the table: the scalar of node
  // columns[i] is in column firstColumn + i. Nothing if operators are to compute everything.
  static std::optional<DeviceSchedule> compile(at::Device device, const Update& update, const Update::Block& block,
                                               const Update::Part& part,
                                               const std::vector<std::optional<double>>& known,
                                               const std::vector<size_t>& columns, int64_t firstColumn);

  // Whether operators, or what the caller assigns, need the values of scalars.
  bool needsScalars() const { return needsScalars_; }
  // One step. `values` has those of the nodes that depend on scalars only, if needed, and receives those that the
  // caller assigns. `another` is the array after the inputs (see UpdateAnalysis::Write).
  void run(const Formula& formula, const Update::Part& part, const std::vector<Value>& inputs,
           const at::Tensor& another, const Scalars& scalars, std::vector<Value>& values) const;
  bool isStored(size_t write) const { return stored_[write]; }

 private:
  struct Stage {
    std::vector<size_t> calls;  // nodes
    std::shared_ptr<const DeviceKernel> kernel;
    std::vector<size_t> numbers;  // nodes whose values are passed to the kernel
    std::vector<size_t> arrays;   // of the kernel: nodes, then inputs, numbered from the number of nodes on
    std::vector<size_t> results;  // nodes that it materialises
  };
  class Writer;

  std::vector<Stage> stages_;
  std::vector<bool> stored_;
  int64_t firstColumn_ = 0;
  bool needsScalars_ = false;
};

}  // namespace optimbench
