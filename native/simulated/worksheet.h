// Tensors of the simulated device and of the host over the same memory.
#pragma once

#include <ATen/ATen.h>

#include <utility>
#include <vector>

namespace simulated {

using at::Tensor;

constexpr auto kType = c10::DeviceType::PrivateUse1;

inline Tensor tensorOver(const c10::Storage& storage, c10::DispatchKey key, const Tensor& like) {
  Tensor tensor =
      at::detail::make_tensor<c10::TensorImpl>(c10::Storage(storage), c10::DispatchKeySet(key), like.dtype());
  tensor.unsafeGetTensorImpl()->set_sizes_and_strides(like.sizes(), like.strides(), like.storage_offset());
  if (like.unsafeGetTensorImpl()->is_wrapped_number()) tensor.unsafeGetTensorImpl()->set_wrapped_number(true);
  return tensor;
}

// The device's memory is a storage of the host, owned by the device's storage.
inline c10::DataPtr owning(const c10::Storage& host, c10::Device device) {
  return {host.mutable_data(), new c10::Storage(host), [](void* each) { delete static_cast<c10::Storage*>(each); },
          device};
}
inline const c10::Storage& hostOf(const c10::Storage& device) {
  return *static_cast<c10::Storage*>(device.data_ptr().get_context());
}

// The tensors of one operator call. Views of the same memory remain views of the same memory.
class Worksheet {
 public:
  Tensor toHost(const Tensor& tensor) {
    if (!tensor.defined() || tensor.device().type() != kType) return tensor;
    for (const auto& [device, host] : tensors_)
      if (device.is_same(tensor)) return host;
    tensors_.emplace_back(tensor, tensorOver(hostOf(tensor.storage()), c10::DispatchKey::CPU, tensor));
    return tensors_.back().second;
  }

  Tensor toDevice(const Tensor& host, c10::DeviceIndex index) {
    if (!host.defined()) return host;
    for (const auto& [device, mine] : tensors_)
      if (mine.is_same(host)) return device;
    for (const auto& [device, mine] : tensors_)
      if (mine.is_alias_of(host)) return tensorOver(device.storage(), c10::DispatchKey::PrivateUse1, host);
    const c10::Storage storage(c10::Storage::use_byte_size_t(), host.storage().nbytes(),
                               owning(host.storage(), {kType, index}));
    return tensorOver(storage, c10::DispatchKey::PrivateUse1, host);
  }

  // Resizes the device's tensors whose host tensors were enlarged for the result.
  void resize() {
    for (const auto& [device, host] : tensors_) {
      if (device.sizes() == host.sizes()) continue;
      device.storage().set_data_ptr_noswap(owning(host.storage(), device.device()));
      device.storage().set_nbytes(host.storage().nbytes());
      device.unsafeGetTensorImpl()->set_sizes_and_strides(host.sizes(), host.strides(), host.storage_offset());
    }
  }

 private:
  std::vector<std::pair<Tensor, Tensor>> tensors_;
};

}  // namespace simulated
