#include "block_program.h"

#include <algorithm>
#include <memory>

namespace optimbench {
namespace {

constexpr int64_t kBlock = 1024;        // numbers: 4 KiB of each array and register
constexpr int64_t kRange = 8 * kBlock;  // what a thread takes at a time

double valueOf(const BlockProgram::Scalar& scalar, const std::function<double(size_t)>& given) {
  using Form = BlockProgram::Scalar::Form;
  const double number = scalar.form == Form::constant ? scalar.value : given(scalar.number);
  const double value = scalar.form == Form::reciprocal ? 1 / number
                       : scalar.form == Form::oneMinus ? 1 - number
                       : scalar.form == Form::onePlus  ? 1 + number
                                                       : number;
  return scalar.negative ? -value : value;
}

}  // namespace

BlockProgram::Operand BlockProgram::everywhere(const Scalar& scalar) {
  everywhere_.push_back(scalar);
  return {Operand::Kind::scalar, everywhere_.size() - 1};
}

BlockProgram::Operand BlockProgram::compute(Elementwise operation, const std::vector<Operand>& operands,
                                            const std::vector<Scalar>& scalars) {
  Instruction instruction{operation, {}, scalars};
  std::copy(operands.begin(), operands.end(), instruction.operands.begin());
  instructions_.push_back(std::move(instruction));
  return {Operand::Kind::value, instructions_.size() - 1};
}

size_t BlockProgram::total(bool squared, const Operand& operand) {
  const Operand result = compute(squared ? Elementwise::squares : Elementwise::sum, {operand}, {});
  instructions_[result.index].total = totals_;
  return totals_++;
}

void BlockProgram::store(const Operand& value, size_t array) { stores_.push_back({value.index, array}); }

bool BlockProgram::isReadAfter(size_t instruction, size_t array) const {
  const Operand read{Operand::Kind::array, array};
  return std::any_of(instructions_.begin() + instruction + 1, instructions_.end(), [&](const Instruction& each) {
    return std::ranges::find(each.operands, read) != each.operands.end();
  });
}

size_t BlockProgram::lastUse(size_t value) const {
  const Operand read{Operand::Kind::value, value};
  for (size_t i = instructions_.size(); i-- > value + 1;)
    if (std::ranges::find(instructions_[i].operands, read) != instructions_[i].operands.end()) return i;
  return value;
}

// Gives every value its place: the array that it is stored to, where nothing reads that array's old value any more, or a
// register, which is free again after the last use. What is left to store is copied at the end.
void BlockProgram::finish() {
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

  const size_t firstRegister = arrays_ + everywhere_.size();
  std::vector<size_t> free;
  for (size_t i = 0; i < instructions_.size(); ++i) {
    Instruction& instruction = instructions_[i];
    for (size_t k = 0; k < 3; ++k) {
      const Operand& operand = instruction.operands[k];
      if (operand.kind == Operand::Kind::none) {
        instruction.places[k] = instruction.places[0];  // not looked at
      } else if (operand.kind == Operand::Kind::array) {
        instruction.places[k] = operand.index;
      } else if (operand.kind == Operand::Kind::scalar) {
        instruction.places[k] = arrays_ + operand.index;
      } else {
        const size_t place = instruction.places[k] = instructions_[operand.index].place;
        if (place >= firstRegister && lastUse(operand.index) == i && std::ranges::find(free, place) == free.end())
          free.push_back(place);
      }
    }
    if (i >= computed) {
      instruction.place = copies[i - computed].array;
    } else if (stored[i] != kNone) {
      instruction.place = stored[i];
    } else if (!free.empty()) {
      instruction.place = free.back();
      free.pop_back();
    } else {
      instruction.place = firstRegister + registers_++;
    }
    // What nobody reads, such as a total's place, is free at once.
    if (instruction.place >= firstRegister && lastUse(i) == i) free.push_back(instruction.place);
  }
}

std::vector<double> BlockProgram::run(const std::vector<float*>& arrays, int64_t length,
                                      const std::function<double(size_t)>& given, Workers& workers) const {
  std::vector<float> scalars;
  for (const Scalar& scalar : everywhere_) scalars.push_back(static_cast<float>(valueOf(scalar, given)));
  for (const Instruction& instruction : instructions_) {
    for (const Scalar& scalar : instruction.scalars) scalars.push_back(static_cast<float>(valueOf(scalar, given)));
    scalars.resize(scalars.size() + kScalars - instruction.scalars.size());
  }
  const int64_t ranges = (length + kRange - 1) / kRange;
  std::vector<double> sums(totals_ * ranges);
  workers.run(ranges, [&](int64_t index) {
    runRange(arrays, scalars, index * kRange, std::min(length, (index + 1) * kRange), sums.data() + index * totals_);
  });
  std::vector<double> totals(totals_);
  for (size_t i = 0; i < sums.size(); ++i) totals[i % totals_] += sums[i];
  return totals;
}

void BlockProgram::runRange(const std::vector<float*>& arrays, const std::vector<float>& scalars, int64_t begin,
                            int64_t end, double* sums) const {
  struct alignas(64) Block {
    float numbers[kBlock];
  };
  const auto scratch = std::make_unique_for_overwrite<Block[]>(everywhere_.size() + registers_);
  std::vector<float*> places(arrays_);
  for (size_t i = 0; i < everywhere_.size() + registers_; ++i) places.push_back(scratch[i].numbers);
  for (size_t i = 0; i < everywhere_.size(); ++i) std::fill_n(scratch[i].numbers, kBlock, scalars[i]);

  for (int64_t start = begin; start < end; start += kBlock) {
    const int64_t count = std::min(kBlock, end - start);
    for (size_t i = 0; i < arrays_; ++i) places[i] = arrays[i] + start;
    const float* k = scalars.data() + everywhere_.size();
    for (const Instruction& each : instructions_) {
      float* result = places[each.place];
      kernels_[static_cast<size_t>(each.operation)](result, places[each.places[0]], places[each.places[1]],
                                                    places[each.places[2]], k, count);
      if (each.total != kNone) sums[each.total] += result[0];
      k += kScalars;
    }
  }
}

}  // namespace optimbench
