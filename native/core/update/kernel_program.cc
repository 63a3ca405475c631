#include "kernel_program.h"

#include <algorithm>

namespace optimbench {

KernelProgram::Operand KernelProgram::broadcast(const Scalar& scalar) {
  broadcasts_.push_back(scalar);
  return {Operand::Kind::scalar, broadcasts_.size() - 1};
}

KernelProgram::Operand KernelProgram::compute(Elementwise operation, const std::vector<Operand>& operands,
                                              const std::vector<Scalar>& scalars) {
  Instruction instruction{operation, {}, scalars};
  std::copy(operands.begin(), operands.end(), instruction.operands.begin());
  instructions_.push_back(std::move(instruction));
  return {Operand::Kind::value, instructions_.size() - 1};
}

size_t KernelProgram::reduce(bool squared, const Operand& operand) {
  const Operand result = compute(squared ? Elementwise::squares : Elementwise::sum, {operand}, {});
  instructions_[result.index].sum = sums_;
  return sums_++;
}

size_t KernelProgram::reduceAxis(const Operand& operand) {
  const Operand result = compute(Elementwise::sum, {operand}, {});
  instructions_[result.index].axisSum = axisSums_;
  return axisSums_++;
}

void KernelProgram::store(const Operand& value, size_t array) { stores_.push_back({value.index, array}); }

}  // namespace optimbench
