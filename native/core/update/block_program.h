// A straight line of elementwise kernels over vectors of one length. It runs on a short block of them after the other,
// so that everything between its inputs and its outputs stays in the processor's first cache.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/kernels/elementwise.h"
#include "core/runtime/workers.h"
#include "walk.h"

namespace optimbench {

class BlockProgram {
 public:
  // A number that a kernel takes, worked out once a run in double precision: of one that is given, or a constant.
  struct Scalar {
    enum class Form { given, reciprocal, oneMinus, onePlus, constant } form = Form::constant;
    size_t number = 0;  // which one is given
    double value = 1;   // of the constant
    bool negative = false;
  };
  // What an instruction reads: an array, a value that another has computed, or one number in all places.
  struct Operand {
    enum class Kind { none, array, value, scalar } kind = Kind::none;
    size_t index = 0;
    bool operator==(const Operand&) const = default;
  };

  // Programs are written in order; every array is read as it was before the run.
  Operand everywhere(const Scalar& scalar);
  Operand compute(Elementwise operation, const std::vector<Operand>& operands, const std::vector<Scalar>& scalars);
  size_t total(bool squared, const Operand& operand);  // which of the totals that a run gives
  size_t table(const Operand& operand);                // which of the tables that a run fills with sums
  void store(const Operand& value, size_t array);
  void finish();
  bool isEmpty() const { return instructions_.empty(); }

  // Numbers of a run. What is stored to, and what is read in the same run, lies place by place.
  struct Array {
    float* numbers;
    Walk walk;
  };
  // Takes the sum of all places that the walk leads to each of its own.
  struct Table {
    float* sums;
    int64_t size;
    Walk walk;
  };
  // Gives totals over the whole length. Threads share fixed ranges, so that no bit depends on how many there are.
  std::vector<double> run(const std::vector<Array>& arrays, const std::vector<Table>& tables, int64_t length,
                          const std::function<double(size_t)>& given, Workers& workers) const;

 private:
  struct Instruction {
    Elementwise operation;
    std::array<Operand, 3> operands;
    std::vector<Scalar> scalars;
    size_t place = 0;  // of the result, and of the operands: where finish() has put them
    std::array<size_t, 3> places{};
    size_t total = kNone;
    size_t table = kNone;
  };
  struct Store {
    size_t value;
    size_t array;
  };
  static constexpr size_t kNone = ~size_t{0};

  struct Job;
  void runRange(Job& job, int64_t range) const;
  void addUp(const float* block, int64_t start, int64_t count, const Walk& walk, float* sums) const;
  bool isReadAfter(size_t instruction, size_t array) const;
  size_t lastUse(size_t value) const;

  std::vector<Instruction> instructions_;
  std::vector<Scalar> everywhere_;
  std::vector<Store> stores_;
  const ElementwiseKernel* kernels_ = elementwiseKernels();
  // Places: arrays first, then numbers in all places, then registers.
  size_t arrays_ = 0;
  size_t registers_ = 0;
  size_t totals_ = 0;
  size_t tables_ = 0;
};

}  // namespace optimbench
