// Every operator on tensors of the simulated device: the CPU's, on the same memory.
#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/library.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "stream.h"
#include "worksheet.h"

namespace {

using at::Tensor;
using simulated::kType;
using simulated::Worksheet;
using torch::jit::Stack;

void put(const c10::IValue& result, const c10::IValue& recorded, const Stack& arguments) {
  if (!result.isTensor() || !result.toTensor().defined()) return;
  const Tensor target = recorded.toTensor();
  const bool isThere = std::ranges::any_of(arguments, [&](const c10::IValue& argument) {
    return argument.isTensor() && argument.toTensor().defined() && target.is_alias_of(argument.toTensor());
  });
  if (!isThere) target.copy_(result.toTensor());
}

// An operator that was called and is repeated. It keeps the memory of its tensors.
struct Call {
  c10::OperatorHandle callee;
  Stack arguments;
  Stack results{};

  void operator()() const {
    Stack stack = arguments;
    callee.callBoxed(stack);
    for (size_t i = 0; i < stack.size(); ++i) put(stack[i], results[i], arguments);
  }
};

Stack lastOf(const Stack& stack, size_t count) {
  return {stack.end() - static_cast<std::ptrdiff_t>(count), stack.end()};
}

c10::OperatorHandle find(const char* name) { return c10::Dispatcher::singleton().findSchemaOrThrow(name, ""); }

// The operators that libtorch calls for convolutions on devices that it does not know, with almost the same arguments.
c10::OperatorHandle knownToHost(const c10::OperatorHandle& asked, Stack* stack) {
  const std::string& name = asked.schema().name();
  if (name == "aten::convolution_overrideable") return find("aten::convolution");
  if (name != "aten::convolution_backward_overrideable") return asked;
  const auto weight = stack->end() - 8;  // the size of the bias follows
  stack->insert(weight + 1, c10::IValue(std::vector<int64_t>{weight->toTensor().size(0)}));
  return find("aten::convolution_backward");
}

void onHost(const c10::OperatorHandle& asked, Stack* stack) {
  simulated::beginInThread();
  const c10::OperatorHandle callee = knownToHost(asked, stack);
  const std::string& name = callee.schema().name();
  Worksheet worksheet;
  c10::OptionalDeviceGuard onDevice;  // the device of the arguments
  const size_t count = callee.schema().arguments().size();
  for (size_t i = stack->size() - count; i < stack->size(); ++i) {
    c10::IValue& value = (*stack)[i];
    if (value.isTensor() && value.toTensor().defined()) {
      const Tensor tensor = value.toTensor();
      if (tensor.device().type() == kType)
        onDevice.reset_device(tensor.device());
      else
        TORCH_CHECK(tensor.dim() == 0, name, ": expected all tensors to be on the same device, but one is on the host");
      value = worksheet.toHost(tensor);
    } else if (value.isTensorList()) {
      c10::List<Tensor> list;
      for (const Tensor& tensor : value.toTensorVector()) list.push_back(worksheet.toHost(tensor));
      value = list;
    } else if (value.isDevice()) {
      onDevice.reset_device(value.toDevice());
      value = c10::Device(c10::kCPU);
    } else if (value.isGenerator()) {
      simulated::forbidInCapture("random numbers of the host's generator");
    }
  }
  if (name == "aten::_local_scalar_dense" || name == "aten::nonzero") simulated::forbidInCapture(name);
  Call call{callee, lastOf(*stack, count)};
  callee.callBoxed(stack);
  worksheet.resize();
  const c10::DeviceIndex device = c10::impl::VirtualGuardImpl(kType).getDevice().index();
  const size_t results = callee.schema().returns().size();
  call.results = lastOf(*stack, results);
  for (size_t i = stack->size() - results; i < stack->size(); ++i)
    if ((*stack)[i].isTensor()) (*stack)[i] = worksheet.toDevice((*stack)[i].toTensor(), device);
  simulated::recordIfCapturing(std::move(call));
}

// Within the device, or between it and the host, which waits.
Tensor copyFrom(const Tensor& from, const Tensor& to, bool) {
  const c10::OptionalDeviceGuard onDevice(to.device().type() == kType ? to.device() : from.device());
  if (from.device() != to.device()) simulated::forbidInCapture("a copy between host and device");
  Worksheet worksheet;
  Stack stack{worksheet.toHost(to), worksheet.toHost(from), false};
  Call call{find("aten::copy_"), stack, {stack[0]}};
  call.callee.callBoxed(stack);
  simulated::recordIfCapturing(std::move(call));
  return to;
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) { library.fallback(torch::CppFunction::makeFromBoxedFunction<&onHost>()); }
TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
  library.impl("_copy_from", &copyFrom);
  for (const char* name : {"convolution_overrideable", "convolution_backward_overrideable"})
    library.impl(name, torch::CppFunction::makeFromBoxedFunction<&onHost>());
}

}  // namespace
