#include "device_loss.h"

#include <algorithm>

#include "core/nn/loss_source.h"
#include "core/runtime/device_compiler.h"

namespace optimbench {
namespace {

constexpr int64_t kMaxBlocks = 4096;  // one thread adds their sums

}  // namespace

DeviceLoss::DeviceLoss(const Loss& loss, const LossSpec& spec, int64_t classes, const at::TensorOptions& options)
    : loss_(loss) {
  if (!compilesKernels(options.device())) return;
  const auto source = LossSource::of(spec, classes);
  if (!source) return;
  kernel_ = compileKernel(options.device(), source->text, "loss");
  samplesPerBlock_ = source->samples;
  losses_ = at::empty({kMaxBlocks}, options.dtype(at::kDouble));
  hits_ = at::empty({kMaxBlocks}, options.dtype(at::kLong));
  finished_ = at::zeros({}, options.dtype(at::kInt));
}

at::Tensor DeviceLoss::step(const at::Tensor& logits, const Batch& batch, int64_t samples, bool hasUpdate,
                            PassCounters& counters) {
  const int64_t size = logits.size(0), classes = logits.size(1);
  const int64_t blocks = kernel_ ? (size + samplesPerBlock_ - 1) / samplesPerBlock_ : 0;
  if (!kernel_ || blocks > kMaxBlocks) {
    const Loss::Result result = loss_.weightedValuesAndGradient(logits, batch.targets);
    counters.loss.add_(result.values.sum(at::kDouble));
    counters.correct.add_(logits.argmax(1).eq(batch.labels).sum());
    counters.position.add_(size);
    if (hasUpdate) counters.update.add_(1);
    return result.gradient / samples;
  }
  const at::Tensor read = logits.contiguous();
  at::Tensor gradient = at::empty_like(read);
  launch(*kernel_, blocks, std::min(size, samplesPerBlock_) * classes, size, samples, read.const_data_ptr<float>(),
         batch.targets.const_data_ptr<float>(), batch.labels.const_data_ptr<int64_t>(), gradient.data_ptr<float>(),
         losses_.data_ptr<double>(), hits_.data_ptr<int64_t>(), finished_.data_ptr<int>(),
         counters.loss.data_ptr<double>(), counters.correct.data_ptr<int64_t>(), counters.position.data_ptr<int64_t>(),
         counters.update.data_ptr<int64_t>(), static_cast<int64_t>(hasUpdate));
  return gradient;
}

}  // namespace optimbench
