#include "operator_tape.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace optimbench {
namespace {

constexpr auto kKey = c10::DispatchKey::TESTING_ONLY_GenericMode;  // asked before all others, by threads that include it

struct Call {
  c10::OperatorHandle callee;
  torch::jit::Stack arguments;
  torch::jit::Stack results;
};

thread_local std::vector<Call>* recording = nullptr;

torch::jit::Stack lastOf(const torch::jit::Stack& stack, size_t count) {
  return {stack.end() - static_cast<std::ptrdiff_t>(count), stack.end()};
}

void note(const c10::OperatorHandle& callee, torch::jit::Stack* stack) {
  const c10::impl::ExcludeDispatchKeyGuard onlyOnce(kKey);  // not the operators that this one calls
  Call call{callee, lastOf(*stack, callee.schema().arguments().size()), {}};
  callee.callBoxed(stack);
  call.results = lastOf(*stack, callee.schema().returns().size());
  for (const c10::IValue& result : call.results)
    if (result.isScalar() || result.isTensorList())
      throw std::runtime_error("a step asks " + callee.schema().name() + ", which cannot be recorded");
  if (recording != nullptr) recording->push_back(std::move(call));
}

class OperatorTape final : public StepGraph {
 public:
  void record(const std::function<void()>& step) override {
    const c10::impl::IncludeDispatchKeyGuard noting(kKey);
    recording = &calls_;
    try {
      step();
    } catch (...) {
      recording = nullptr;
      throw;
    }
    recording = nullptr;
    isDone_ = true;
  }

  void replay() override {
    if (std::exchange(isDone_, false)) return;
    const at::AutoDispatchBelowADInplaceOrView noAutograd;  // whose backward pass is on the tape itself
    for (const Call& call : calls_) {
      torch::jit::Stack stack = call.arguments;
      call.callee.callBoxed(stack);
      for (size_t i = 0; i < stack.size(); ++i) put(stack[i], call.results[i], call.arguments);
    }
  }

 private:
  // Into the memory that later calls read. A view of an argument, or the argument itself, is there already.
  static void put(const c10::IValue& result, const c10::IValue& recorded, const torch::jit::Stack& arguments) {
    if (!result.isTensor() || !result.toTensor().defined()) return;
    const at::Tensor target = recorded.toTensor();
    const bool isThere = std::ranges::any_of(arguments, [&](const c10::IValue& argument) {
      return argument.isTensor() && argument.toTensor().defined() && target.is_alias_of(argument.toTensor());
    });
    if (!isThere) target.copy_(result.toTensor());
  }

  std::vector<Call> calls_;
  bool isDone_ = false;
};

}  // namespace

std::unique_ptr<StepGraph> makeOperatorTape() {
  static const auto* library = [] {
    auto* made = new torch::Library(torch::Library::IMPL, "_", kKey, __FILE__, __LINE__);
    made->fallback(torch::CppFunction::makeFromBoxedFunction<&note>());
    return made;
  }();
  static_cast<void>(library);
  return std::make_unique<OperatorTape>();
}

}  // namespace optimbench
