#include "core/nn/layer.h"

namespace optimbench {

// libtorch's operators pad both sides equally. TensorFlow's 'same' may add one more row at the bottom and column at the
// right.
Border::Border(std::array<int64_t, 4> padding) {
  const auto [top, bottom, left, right] = padding;
  if (top == bottom && left == right) {
    symmetric = {top, left};
    extra = {};
  } else {
    symmetric = {};
    extra = padding;
  }
}

at::Tensor Border::add(const at::Tensor& input, double value) const {
  if (!any()) return input;
  const auto [top, bottom, left, right] = extra;
  return at::constant_pad_nd(input, {left, right, top, bottom}, value).contiguous(at::MemoryFormat::ChannelsLast);
}

double Border::paddedBytes(const Extent& extent, Shape input) const {
  if (!any()) return 0;
  const auto [top, bottom, left, right] = extra;
  return extent.input * static_cast<double>(input.height + top + bottom) / static_cast<double>(input.height) *
         static_cast<double>(input.width + left + right) / static_cast<double>(input.width);
}

at::Tensor Border::remove(const at::Tensor& padded) const {
  if (!any() || !padded.defined()) return padded;
  const auto [top, bottom, left, right] = extra;
  return padded.slice(2, top, padded.size(2) - bottom)
      .slice(3, left, padded.size(3) - right)
      .contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace optimbench
