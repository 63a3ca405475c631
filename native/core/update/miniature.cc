#include "miniature.h"

#include <algorithm>
#include <array>
#include <new>

namespace optimbench {
namespace {

// So that a product, of axes that are laid out in one, stands for the product of the lengths.
constexpr std::array<int64_t, 8> kPrimes{2, 3, 5, 7, 11, 13, 17, 19};

int64_t grown(int64_t small, const std::vector<int64_t>& lengths) {
  int64_t length = 1;
  for (size_t i = 0; i < lengths.size(); ++i)
    for (; small % kPrimes[i] == 0; small /= kPrimes[i]) length *= lengths[i];
  return length;
}

}  // namespace

Miniature::Miniature(const std::vector<int64_t>& shape, const std::vector<int64_t>& axes, at::ScalarType type)
    : lengths_(shape) {
  std::ranges::sort(lengths_);
  const auto repeated = std::ranges::unique(lengths_);
  lengths_.erase(repeated.begin(), repeated.end());
  std::erase(lengths_, 1);
  if (lengths_.size() > kPrimes.size()) throw std::runtime_error("update: a parameter has too many axes");
  std::vector<int64_t> small;
  for (const int64_t length : shape)
    small.push_back(length == 1 ? 1 : kPrimes[std::ranges::find(lengths_, length) - lengths_.begin()]);
  part_ = at::zeros(small, type);
  if (!axes.empty()) part_ = part_.permute(axes);
}

std::vector<int64_t> Miniature::shape(at::IntArrayRef small) const {
  std::vector<int64_t> shape;
  for (const int64_t length : small) shape.push_back(grown(length, lengths_));
  return shape;
}

std::string Miniature::text(at::IntArrayRef small) const {
  std::string text;
  for (const int64_t length : shape(small)) text += (text.empty() ? "" : " x ") + std::to_string(length);
  return small.empty() ? "a number" : text;
}

double Miniature::bytes(const Value& value) const {
  const auto* tensor = std::get_if<at::Tensor>(&value);
  if (tensor == nullptr) return 0;
  double bytes = static_cast<double>(tensor->element_size());
  for (const int64_t length : shape(tensor->sizes())) bytes *= static_cast<double>(length);
  return bytes;
}

std::vector<Value> Miniature::run(const Formula& formula, const std::vector<Value>& inputs) const {
  const std::vector<NodeSpec>& nodes = formula.nodes();
  std::vector<Value> values;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const std::string& op = nodes[i].op;
    try {
      values.push_back(formula.run(i, values, inputs));
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception&) {  // libtorch's, or a function's of rows and columns
      std::string shapes;
      for (const int64_t argument : nodes[i].arguments) {
        const auto* tensor = std::get_if<at::Tensor>(&values[argument]);
        shapes += (shapes.empty() ? "" : " and ") + text(tensor == nullptr ? at::IntArrayRef{} : tensor->sizes());
      }
      throw Misfit("node " + std::to_string(i) + ": shapes " + shapes);
    }
    if (op != "rows" && op != "columns") continue;
    if (auto* number = std::get_if<double>(&values.back()))
      *number = static_cast<double>(grown(static_cast<int64_t>(*number), lengths_));
  }
  return values;
}

}  // namespace optimbench
