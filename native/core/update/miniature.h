// A part of the parameters on a small scale: a prime number stands for each length above 1, so that a formula's shapes
// are found without the memory that its values take on the part itself.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "core/formula/formula.h"

namespace optimbench {

class Miniature {
 public:
  struct Misfit : std::runtime_error {
    using std::runtime_error::runtime_error;
  };

  // Of a part whose `shape` is as it lies in memory, and the order of its axes in formulas.
  Miniature(const std::vector<int64_t>& shape, const std::vector<int64_t>& axes, at::ScalarType type);

  // Zeros, which lie in memory as the part does.
  at::Tensor part() const { return part_; }
  // The shape on the part itself.
  std::vector<int64_t> shape(at::IntArrayRef small) const;
  std::string text(at::IntArrayRef small) const;  // of that shape, for people
  // Bytes of a value on the part itself; 0 for a number.
  double bytes(const Value& value) const;
  // The values of all nodes. A failure says what was to be done with which shapes.
  std::vector<Value> run(const Formula& formula, const std::vector<Value>& inputs) const;

 private:
  std::vector<int64_t> lengths_;  // ascending; a prime number stands for each
  at::Tensor part_;
};

}  // namespace optimbench
