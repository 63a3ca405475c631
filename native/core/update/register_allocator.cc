// Assigns the values of a kernel program to arrays and registers.
#include <algorithm>

#include "kernel_program.h"

namespace optimbench {

bool KernelProgram::isReadAfter(size_t instruction, size_t array) const {
  const Operand read{Operand::Kind::array, array};
  return std::any_of(instructions_.begin() + instruction + 1, instructions_.end(), [&](const Instruction& each) {
    return std::ranges::find(each.operands, read) != each.operands.end();
  });
}

size_t KernelProgram::lastUse(size_t value) const {
  const Operand read{Operand::Kind::value, value};
  for (size_t i = instructions_.size(); i-- > value + 1;)
    if (std::ranges::find(instructions_[i].operands, read) != instructions_[i].operands.end()) return i;
  return value;
}

// Linear scan. Every value gets a slot: the array that it is stored to, where no later instruction reads that array's
// old value, or a register, which is free again after the value's last use. Remaining stores become copies at the
// end.
void KernelProgram::allocateRegisters() {
  const size_t computed = instructions_.size();
  std::vector<size_t> stored(computed, kNone);
  std::vector<Store> copies;
  for (const Store& store : stores_) {
    if (stored[store.value] == kNone && !isReadAfter(store.value, store.array))
      stored[store.value] = store.array;
    else
      copies.push_back(store);
  }
  for (const Store& copy : copies)  // -0 changes no number when it is added
    compute(Elementwise::linear, {{Operand::Kind::value, copy.value}},
            {{Scalar::Form::constant, 0, 1}, {Scalar::Form::constant, 0, -0.0}});

  for (const Instruction& instruction : instructions_)
    for (const Operand& operand : instruction.operands)
      if (operand.kind == Operand::Kind::array) arrays_ = std::max(arrays_, operand.index + 1);
  for (const Store& store : stores_) arrays_ = std::max(arrays_, store.array + 1);

  const size_t firstRegister = arrays_ + broadcasts_.size();
  std::vector<size_t> free;
  for (size_t i = 0; i < instructions_.size(); ++i) {
    Instruction& instruction = instructions_[i];
    for (size_t k = 0; k < 3; ++k) {
      const Operand& operand = instruction.operands[k];
      if (operand.kind == Operand::Kind::none) {
        instruction.slots[k] = instruction.slots[0];  // unused
      } else if (operand.kind == Operand::Kind::array) {
        instruction.slots[k] = operand.index;
      } else if (operand.kind == Operand::Kind::scalar) {
        instruction.slots[k] = arrays_ + operand.index;
      } else {
        const size_t slot = instruction.slots[k] = instructions_[operand.index].slot;
        if (slot >= firstRegister && lastUse(operand.index) == i && std::ranges::find(free, slot) == free.end())
          free.push_back(slot);
      }
    }
    if (i >= computed) {
      instruction.slot = copies[i - computed].array;
    } else if (stored[i] != kNone) {
      instruction.slot = stored[i];
    } else if (!free.empty()) {
      instruction.slot = free.back();
      free.pop_back();
    } else {
      instruction.slot = firstRegister + registers_++;
    }
    // A result that nothing reads, such as that of a sum, frees its slot at once.
    if (instruction.slot >= firstRegister && lastUse(i) == i) free.push_back(instruction.slot);
  }
}

}  // namespace optimbench
