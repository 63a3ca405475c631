// Runs a kernel program: block by block, and on several threads range by range.
#include <algorithm>
#include <bit>
#include <limits>
#include <memory>

#include "kernel_program.h"

namespace optimbench {
namespace {

// The constants were measured with Adam on arrays of 0.3 to 122 MiB in all (AVX-512, Zen 5: 48 KiB, 1 MiB and 32 MiB of
// cache; 1 thread). Times are relative to the chosen value.

// Floats of a block, 4 KiB per array and register. Longer blocks call fewer kernels per element; shorter ones let more
// arrays and registers share the first-level cache, of which 32 KiB hold eight. In cache: 256 floats 1.7, 512 floats
// 1.07, 2048 floats 1.0, 4096 floats 1.05.
constexpr int64_t kBlock = 1024;
// Minimum floats of a range, which one thread computes. Longer ranges have less overhead; shorter ones divide a small
// model among more threads. In cache: 1 block 1.5, 2 blocks 1.2, 32 blocks 0.94, 128 blocks 0.92.
constexpr int64_t kRange = 8 * kBlock;
// The most ranges if each has its own axis sums. It bounds their memory, the final addition and the number of threads.
// Means of rows of 128 and of columns, 2 threads: 16 ranges 0.6 to 0.8, 256 ranges 1.0 to 1.6. More ranges serve more
// threads.
constexpr int64_t kMaxRangesWithAxisSums = 64;
// Floats of all arrays together, 16 MiB, above which they are assumed to be read from memory. Blocks are then
// prefetched one ahead, and may be shorter, since two blocks of each array share the first-level cache. The best limit
// is the size of the last-level cache; 16 MiB is a common one. Prefetching takes 1.4 times as long at 12 and 18 MiB,
// 0.9 to 1.2 times at 30 MiB, 0.9 at 61 MiB and 0.7 to 0.9 at 122 MiB.
constexpr int64_t kCacheResident = 4 << 20;
// Floats of such blocks of all arrays together, except that a block has 256 to kBlock floats. Fewer arrays have longer
// blocks, which call fewer kernels. From memory, with blocks of 256 floats: Adam (4 arrays) 1.1, LAMB (4, then 3) 1.15,
// Adafactor (2, 1, 2) 1.2.
constexpr uint64_t kPrefetchedFloats = 2048;
constexpr int64_t kShortestPrefetch = 256;
// Longer than kRange, since nothing has prefetched the first block of a range. From memory: 1 kRange 1.2 to 1.4, 2
// kRange 1.1 to 1.2, 32 kRange 1.0 to 1.2.
constexpr int64_t kPrefetchRange = 8 * kRange;
constexpr int64_t kLine = 16;  // floats of a cache line

double valueOf(const KernelProgram::Scalar& scalar, const std::function<double(size_t)>& scalarOf) {
  using Form = KernelProgram::Scalar::Form;
  const double number = scalar.form == Form::constant ? scalar.value : scalarOf(scalar.node);
  const double value = scalar.form == Form::reciprocal ? 1 / number
                       : scalar.form == Form::oneMinus ? 1 - number
                       : scalar.form == Form::onePlus  ? 1 + number
                                                       : number;
  return scalar.negative ? -value : value;
}

// Prefetches a block of each array in so many equal parts, one before each instruction, to overlap memory traffic with
// computation.
class Prefetch {
 public:
  Prefetch(std::vector<const float*> arrays, int64_t length, size_t parts)
      : arrays_(std::move(arrays)), linesPerArray_(length / kLine) {
    const auto count = static_cast<int64_t>(parts);
    linesPerPart_ = (linesPerArray_ * std::ssize(arrays_) + count - 1) / count;
  }

  void startBlock(int64_t start) { start_ = start, array_ = 0, line_ = 0; }

  void nextPart() {
    for (int64_t left = linesPerPart_; left > 0 && array_ < arrays_.size();) {
      const int64_t count = std::min(left, linesPerArray_ - line_);
      const float* from = arrays_[array_] + start_ + line_ * kLine;
      for (int64_t i = 0; i < count; ++i) __builtin_prefetch(from + i * kLine);
      left -= count;
      line_ += count;
      if (line_ == linesPerArray_) ++array_, line_ = 0;
    }
  }

 private:
  std::vector<const float*> arrays_;
  int64_t linesPerArray_, linesPerPart_;
  int64_t start_ = 0, line_ = 0;
  size_t array_ = 0;
};

// Expands a block of an array whose view is not the identity.
float* expand(const KernelProgram::Array& array, int64_t start, int64_t count, float* scratch, ElementwiseKernel fill) {
  float* block = scratch;
  array.view.forEachRun(start, start + count, [&](int64_t done, int64_t length, int64_t offset, int64_t step) {
    float* from = array.numbers + offset;
    if (step == 1 && length == count)
      block = from;
    else if (step == 1)
      std::copy_n(from, length, scratch + done);
    else if (step == 0)
      fill(scratch + done, from, from, from, from, length);
    else
      for (int64_t i = 0; i < length; ++i) scratch[done + i] = from[i * step];
  });
  return block;
}

// The length of the runs along the innermost axis, if blocks within one run pay: each array is then one number or
// contiguous there, and each axis sum one addition or a vector.
int64_t runLength(const std::vector<KernelProgram::Array>& arrays, const std::vector<KernelProgram::AxisSums>& sums) {
  constexpr int64_t kShortestRun = 128;
  int64_t shortest = std::numeric_limits<int64_t>::max();
  const auto consider = [&](const BroadcastView& view) {
    if (!view.isIdentity()) shortest = std::min(shortest, view.innermost());
  };
  for (const auto& each : arrays) consider(each.view);
  for (const auto& each : sums) consider(each.view);
  return shortest == std::numeric_limits<int64_t>::max() || shortest < kShortestRun ? 0 : shortest;
}

}  // namespace

// The state of one run, shared by its threads.
struct KernelProgram::Job {
  const std::vector<Array>& arrays;
  const std::vector<AxisSums>& axisSums;
  std::vector<float> scalars;
  int64_t length;
  int64_t rangeLength;
  int64_t blockLength;
  bool prefetches = false;
  int64_t runLength = 0;                                // blocks end where runs of this length end; 0 if they need not
  std::vector<double> rangeSums;                        // [ranges, sums]
  std::vector<std::unique_ptr<float[]>> rangeAxisSums;  // of each axis reduction: [ranges, size]

  int64_t ranges() const { return (length + rangeLength - 1) / rangeLength; }
};

std::vector<double> KernelProgram::run(const std::vector<Array>& arrays, const std::vector<AxisSums>& axisSums,
                                       int64_t length, const std::function<double(size_t)>& scalarOf, bool inReverse,
                                       Workers& workers) const {
  Job job{arrays, axisSums, {}, length, kRange, kBlock, false, 0, {}, {}};
  for (const Scalar& scalar : broadcasts_) job.scalars.push_back(static_cast<float>(valueOf(scalar, scalarOf)));
  for (const Instruction& instruction : instructions_) {
    for (const Scalar& scalar : instruction.scalars)
      job.scalars.push_back(static_cast<float>(valueOf(scalar, scalarOf)));
    job.scalars.resize(job.scalars.size() + kScalars - instruction.scalars.size());
  }
  for (const AxisSums& each : axisSums) {  // every range has its own, so there are fewer ranges
    const int64_t most = std::clamp<int64_t>(length / each.size, 1, kMaxRangesWithAxisSums);
    job.rangeLength = std::max(job.rangeLength, (length / most / kBlock + 1) * kBlock);
  }
  if (static_cast<int64_t>(arrays_) * length > kCacheResident) {
    job.prefetches = true;
    const auto streams =
        std::max<uint64_t>(1, std::ranges::count_if(arrays, [](const Array& each) { return each.view.isIdentity(); }));
    job.blockLength =
        std::clamp(static_cast<int64_t>(std::bit_floor(kPrefetchedFloats / streams)), kShortestPrefetch, kBlock);
    job.rangeLength = std::max(job.rangeLength, kPrefetchRange);
  }
  job.runLength = runLength(arrays, axisSums);
  if (job.runLength > 0) {  // in equal blocks
    const int64_t blocks = (job.runLength + job.blockLength - 1) / job.blockLength;
    job.blockLength = ((job.runLength + blocks - 1) / blocks + kLine - 1) / kLine * kLine;
  }
  job.rangeSums.resize(sums_ * job.ranges());
  for (const AxisSums& each : axisSums)
    job.rangeAxisSums.push_back(std::make_unique_for_overwrite<float[]>(each.size * job.ranges()));

  workers.run(job.ranges(), [&](int64_t range) { runRange(job, range); }, inReverse);

  for (size_t i = 0; i < axisSums.size(); ++i) {
    const AxisSums& total = axisSums[i];
    const int64_t parts = (total.size + kBlock - 1) / kBlock;
    workers.run(parts, [&](int64_t part) {
      const int64_t first = part * kBlock, count = std::min(kBlock, total.size - first);
      std::copy_n(job.rangeAxisSums[i].get() + first, count, total.sums + first);
      for (int64_t range = 1; range < job.ranges(); ++range) {
        const float* sums = job.rangeAxisSums[i].get() + range * total.size;
        for (int64_t k = first; k < first + count; ++k) total.sums[k] += sums[k];
      }
    });
  }
  std::vector<double> sums(sums_);
  for (size_t i = 0; i < job.rangeSums.size(); ++i) sums[i % sums_] += job.rangeSums[i];
  return sums;
}

// Adds the elements of a block to the sums that the view maps them to.
void KernelProgram::accumulate(const float* block, int64_t start, int64_t count, const BroadcastView& view,
                               float* sums) const {
  constexpr float ones[kScalars] = {1, 1};
  const auto kernel = [&](Elementwise operation) { return kernels_[static_cast<size_t>(operation)]; };
  view.forEachRun(start, start + count, [&](int64_t done, int64_t length, int64_t offset, int64_t step) {
    const float* from = block + done;
    float* to = sums + offset;
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

void KernelProgram::runRange(Job& job, int64_t range) const {
  struct alignas(64) Line {
    float numbers[kLine];
  };
  // Contiguous, since blocks at distances of a power of two would evict each other from the cache. The first ones hold
  // expanded arrays.
  const size_t blocks = arrays_ + broadcasts_.size() + registers_;
  const auto scratch = std::make_unique_for_overwrite<Line[]>(blocks * job.blockLength / kLine);
  std::vector<float*> slots;
  for (size_t i = 0; i < blocks; ++i) slots.push_back(scratch[i * job.blockLength / kLine].numbers);
  const std::vector<float*> expanded(slots.begin(), slots.begin() + arrays_);
  for (size_t i = 0; i < broadcasts_.size(); ++i) std::fill_n(slots[arrays_ + i], job.blockLength, job.scalars[i]);
  std::vector<const float*> prefetched;
  if (job.prefetches)
    for (const Array& array : job.arrays)
      if (array.view.isIdentity()) prefetched.push_back(array.numbers);
  Prefetch prefetch(std::move(prefetched), job.blockLength, instructions_.size());

  for (size_t i = 0; i < job.axisSums.size(); ++i) {
    const int64_t size = job.axisSums[i].size;
    std::fill_n(job.rangeAxisSums[i].get() + range * size, size, 0.0f);
  }
  // Each thread has its own until the range ends: cores would take turns with a cache line that they share.
  std::vector<double> sums(sums_);
  const int64_t end = std::min(job.length, (range + 1) * job.rangeLength);
  const ElementwiseKernel fill = kernels_[static_cast<size_t>(Elementwise::fill)];
  for (int64_t start = range * job.rangeLength, count; start < end; start += count) {
    count = std::min(job.blockLength, end - start);
    if (job.runLength > 0) count = std::min(count, job.runLength - start % job.runLength);
    for (size_t i = 0; i < arrays_; ++i) {
      const Array& array = job.arrays[i];
      slots[i] = array.view.isIdentity() ? array.numbers + start : expand(array, start, count, expanded[i], fill);
    }
    const bool prefetches = job.prefetches && start + count + job.blockLength <= end;
    prefetch.startBlock(start + count);
    const float* k = job.scalars.data() + broadcasts_.size();
    for (const Instruction& each : instructions_) {
      if (prefetches) prefetch.nextPart();
      float* result = slots[each.slot];
      const float* x = slots[each.slots[0]];
      if (each.axisSum == kNone)
        kernels_[static_cast<size_t>(each.operation)](result, x, slots[each.slots[1]], slots[each.slots[2]], k, count);
      else
        accumulate(x, start, count, job.axisSums[each.axisSum].view,
                   job.rangeAxisSums[each.axisSum].get() + range * job.axisSums[each.axisSum].size);
      if (each.sum != kNone) sums[each.sum] += result[0];
      k += kScalars;
    }
  }
  std::ranges::copy(sums, job.rangeSums.begin() + range * static_cast<int64_t>(sums_));
}

}  // namespace optimbench
