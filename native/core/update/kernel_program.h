// Straight-line bytecode whose instructions are elementwise kernels over vectors of one length. It is interpreted block
// by block: all instructions on one short block, then all on the next. Intermediate values therefore stay in the
// first-level cache, in registers of one block each. register_allocator.cc assigns the registers, and
// kernel_interpreter.cc runs programs.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "broadcast_view.h"
#include "core/kernels/elementwise.h"
#include "core/runtime/workers.h"

namespace optimbench {

class KernelProgram {
 public:
  // A scalar operand of a kernel, computed once per run in double precision: from a scalar node, or a constant.
  struct Scalar {
    enum class Form { itself, reciprocal, oneMinus, onePlus, constant } form = Form::constant;
    size_t node = 0;   // not of a constant
    double value = 1;  // of a constant
    bool negative = false;
  };
  // What an instruction reads: an array, another instruction's result, or a scalar broadcast to a block.
  struct Operand {
    enum class Kind { none, array, value, scalar } kind = Kind::none;
    size_t index = 0;
    bool operator==(const Operand&) const = default;
  };

  // Emit instructions in order. An instruction that reads an array sees its values from before the run.
  Operand broadcast(const Scalar& scalar);
  Operand compute(Elementwise operation, const std::vector<Operand>& operands, const std::vector<Scalar>& scalars);
  size_t reduce(bool squared, const Operand& operand);  // the index of its sum among those that a run returns
  size_t reduceAxis(const Operand& operand);            // the index of its sums among those that a run fills
  void store(const Operand& value, size_t array);
  // Call once, after the last instruction.
  void allocateRegisters();
  bool isEmpty() const { return instructions_.empty(); }

  // An array of a run. One that is stored to must have the identity view.
  struct Array {
    float* numbers;
    BroadcastView view;
  };
  // Receives, at each of its elements, the sum of all elements that the view maps to it.
  struct AxisSums {
    float* sums;
    int64_t size;
    BroadcastView view;
  };
  // Returns the sums over the whole length. Threads share ranges of a fixed size, and the ranges' sums are added in
  // order, so the bits do not depend on the number of threads.
  // The ranges may be run in reverse.
  std::vector<double> run(const std::vector<Array>& arrays, const std::vector<AxisSums>& axisSums, int64_t length,
                          const std::function<double(size_t)>& scalarOf, bool inReverse, Workers& workers) const;

  // For listings.
  static constexpr size_t kNone = ~size_t{0};
  struct Instruction {
    Elementwise operation;
    std::array<Operand, 3> operands;
    std::vector<Scalar> scalars;
    size_t slot = 0;                // of the result, chosen by allocateRegisters()
    std::array<size_t, 3> slots{};  // of the operands
    size_t sum = kNone;             // which of the sums takes its result
    size_t axisSum = kNone;
  };
  const std::vector<Instruction>& instructions() const { return instructions_; }
  const std::vector<Scalar>& broadcasts() const { return broadcasts_; }
  size_t arrayCount() const { return arrays_; }

 private:
  struct Store {
    size_t value;
    size_t array;
  };

  struct Job;
  void runRange(Job& job, int64_t range) const;
  void accumulate(const float* block, int64_t start, int64_t count, const BroadcastView& view, float* sums) const;
  bool isReadAfter(size_t instruction, size_t array) const;
  size_t lastUse(size_t value) const;

  std::vector<Instruction> instructions_;
  std::vector<Scalar> broadcasts_;
  std::vector<Store> stores_;
  const ElementwiseKernel* kernels_ = elementwiseKernels();
  // Slots: arrays first, then broadcast scalars, then registers.
  size_t arrays_ = 0;
  size_t registers_ = 0;
  size_t sums_ = 0;
  size_t axisSums_ = 0;
};

}  // namespace optimbench
