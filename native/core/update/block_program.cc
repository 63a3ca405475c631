#include "block_program.h"

#include <algorithm>
#include <memory>

namespace optimbench {
namespace {

constexpr int64_t kBlock = 1024;        // numbers: 4 KiB of each array and register
constexpr int64_t kRange = 8 * kBlock;  // what a thread takes at a time, at least
constexpr int64_t kMostRanges = 64;     // where each has tables
// Arrays that no cache holds come from memory one block ahead; two short blocks stay in the first cache.
constexpr int64_t kFar = 4 << 20;  // numbers of all arrays together
constexpr int64_t kFarBlock = 256;
constexpr int64_t kFarRange = 8 * kRange;  // longer, since the first block of a range is waited for
constexpr int64_t kLine = 16;              // numbers that come together
const std::vector<const float*> kNothing;

double valueOf(const BlockProgram::Scalar& scalar, const std::function<double(size_t)>& given) {
  using Form = BlockProgram::Scalar::Form;
  const double number = scalar.form == Form::constant ? scalar.value : given(scalar.number);
  const double value = scalar.form == Form::reciprocal ? 1 / number
                       : scalar.form == Form::oneMinus ? 1 - number
                       : scalar.form == Form::onePlus  ? 1 + number
                                                       : number;
  return scalar.negative ? -value : value;
}

// Asks for a short block of arrays, for some of it at a time, so that memory is at work as long as the processor is.
class Fetch {
 public:
  Fetch(const std::vector<const float*>& arrays, int64_t start, size_t times)
      : arrays_(arrays), start_(start), lines_(arrays.size() * kLines), times_(times) {}

  void some() {
    ++time_;
    for (const size_t last = lines_ * time_ / times_; line_ < last; ++line_)
      __builtin_prefetch(arrays_[line_ / kLines] + start_ + line_ % kLines * kLine);
  }

 private:
  static constexpr size_t kLines = kFarBlock / kLine;

  const std::vector<const float*>& arrays_;
  int64_t start_;
  size_t lines_, times_;
  size_t line_ = 0, time_ = 0;
};

// A block of an array that is not read place by place.
float* spread(const BlockProgram::Array& array, int64_t start, int64_t count, float* scratch) {
  float* block = scratch;
  array.walk.over(start, start + count, [&](int64_t done, int64_t length, int64_t place, int64_t step) {
    float* from = array.numbers + place;
    if (step == 1 && length == count)
      block = from;
    else if (step == 1)
      std::copy_n(from, length, scratch + done);
    else if (step == 0)
      std::fill_n(scratch + done, length, *from);
    else
      for (int64_t i = 0; i < length; ++i) scratch[done + i] = from[i * step];
  });
  return block;
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

size_t BlockProgram::table(const Operand& operand) {
  const Operand result = compute(Elementwise::sum, {operand}, {});
  instructions_[result.index].table = tables_;
  return tables_++;
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

// Gives every value its place: the array that it is stored to, where nothing reads that array's old value any more, or
// a register, which is free again after the last use. What is left to store is copied at the end.
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

// One run, as all its threads see it.
struct BlockProgram::Job {
  const std::vector<Array>& arrays;
  const std::vector<Table>& tables;
  std::vector<float> scalars;
  int64_t length;
  int64_t rangeLength;
  int64_t blockLength;
  std::vector<double> totals;            // of each range
  std::vector<std::vector<float>> sums;  // of each table, for each range

  int64_t ranges() const { return (length + rangeLength - 1) / rangeLength; }
};

std::vector<double> BlockProgram::run(const std::vector<Array>& arrays, const std::vector<Table>& tables,
                                      int64_t length, const std::function<double(size_t)>& given,
                                      Workers& workers) const {
  Job job{arrays, tables, {}, length, kRange, kBlock, {}, {}};
  for (const Scalar& scalar : everywhere_) job.scalars.push_back(static_cast<float>(valueOf(scalar, given)));
  for (const Instruction& instruction : instructions_) {
    for (const Scalar& scalar : instruction.scalars) job.scalars.push_back(static_cast<float>(valueOf(scalar, given)));
    job.scalars.resize(job.scalars.size() + kScalars - instruction.scalars.size());
  }
  for (const Table& table : tables) {  // every range has sums of its own: fewer ranges
    const int64_t most = std::clamp<int64_t>(length / table.size, 1, kMostRanges);
    job.rangeLength = std::max(job.rangeLength, (length / most / kBlock + 1) * kBlock);
  }
  if (static_cast<int64_t>(arrays_) * length > kFar) {
    job.blockLength = kFarBlock;
    job.rangeLength = std::max(job.rangeLength, kFarRange);
  }
  job.totals.resize(totals_ * job.ranges());
  for (const Table& table : tables) job.sums.emplace_back(table.size * job.ranges());

  workers.run(job.ranges(), [&](int64_t range) { runRange(job, range); });

  for (size_t i = 0; i < tables.size(); ++i) {
    const std::vector<float>& sums = job.sums[i];
    std::copy_n(sums.begin(), tables[i].size, tables[i].sums);
    for (int64_t range = 1; range < job.ranges(); ++range)
      for (int64_t k = 0; k < tables[i].size; ++k) tables[i].sums[k] += sums[range * tables[i].size + k];
  }
  std::vector<double> totals(totals_);
  for (size_t i = 0; i < job.totals.size(); ++i) totals[i % totals_] += job.totals[i];
  return totals;
}

// Adds a block to the sums that its places belong to.
void BlockProgram::addUp(const float* block, int64_t start, int64_t count, const Walk& walk, float* sums) const {
  constexpr float ones[kScalars] = {1, 1};
  const auto kernel = [&](Elementwise operation) { return kernels_[static_cast<size_t>(operation)]; };
  walk.over(start, start + count, [&](int64_t done, int64_t length, int64_t place, int64_t step) {
    const float* from = block + done;
    float* to = sums + place;
    if (step == 0) {
      float sum;
      kernel(Elementwise::sum)(&sum, from, from, from, ones, length);
      *to += sum;
    } else if (step == 1) {
      kernel(Elementwise::axpby)(to, to, from, from, ones, length);
    } else {
      for (int64_t i = 0; i < length; ++i) to[i * step] += from[i];
    }
  });
}

void BlockProgram::runRange(Job& job, int64_t range) const {
  struct alignas(64) Line {
    float numbers[kLine];
  };
  // Side by side, since blocks a power of two apart would drive one another out of the cache. The first of them are for
  // arrays that are not read place by place.
  const size_t blocks = arrays_ + everywhere_.size() + registers_;
  const auto scratch = std::make_unique_for_overwrite<Line[]>(blocks * job.blockLength / kLine);
  std::vector<float*> places;
  for (size_t i = 0; i < blocks; ++i) places.push_back(scratch[i * job.blockLength / kLine].numbers);
  const std::vector<float*> own(places.begin(), places.begin() + arrays_);
  for (size_t i = 0; i < everywhere_.size(); ++i) std::fill_n(places[arrays_ + i], job.blockLength, job.scalars[i]);
  std::vector<const float*> fetched;
  if (job.blockLength == kFarBlock)
    for (const Array& array : job.arrays)
      if (array.walk.isPlain()) fetched.push_back(array.numbers);

  const int64_t end = std::min(job.length, (range + 1) * job.rangeLength);
  for (int64_t start = range * job.rangeLength; start < end; start += job.blockLength) {
    const int64_t count = std::min(job.blockLength, end - start);
    for (size_t i = 0; i < arrays_; ++i) {
      const Array& array = job.arrays[i];
      places[i] = array.walk.isPlain() ? array.numbers + start : spread(array, start, count, own[i]);
    }
    Fetch next(start + count + kFarBlock <= end ? fetched : kNothing, start + count, instructions_.size());
    const float* k = job.scalars.data() + everywhere_.size();
    for (const Instruction& each : instructions_) {
      next.some();
      float* result = places[each.place];
      const float* x = places[each.places[0]];
      if (each.table == kNone)
        kernels_[static_cast<size_t>(each.operation)](result, x, places[each.places[1]], places[each.places[2]], k,
                                                      count);
      else
        addUp(x, start, count, job.tables[each.table].walk,
              job.sums[each.table].data() + range * job.tables[each.table].size);
      if (each.total != kNone) job.totals[range * totals_ + each.total] += result[0];
      k += kScalars;
    }
  }
}

}  // namespace optimbench
