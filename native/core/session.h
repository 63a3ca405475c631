// Model, loss, optimizer and their state: what a SessionSpec describes.
#pragma once

#include <memory>

#include "api.h"
#include "device.h"
#include "device_pass.h"
#include "device_work.h"
#include "train_loop.h"

namespace optimbench {

class TrainingSession final : public Session {
 public:
  explicit TrainingSession(const SessionSpec& spec);
  ~TrainingSession() override;

  int64_t parameterCount() const override { return model_.parameterCount(); }
  int64_t bytes() const override;
  std::vector<TensorInfo> parameters() const override { return model_.parameters(); }
  std::vector<TensorInfo> statistics() const override { return model_.statistics(); }
  Measured train(const Dataset&, const Pass&, const CancelFlag&) override;
  Measured repeatUpdate(int64_t steps, double learningRate, const CancelFlag&) override;
  Measured evaluate(const Dataset&, const std::vector<uint32_t>& indices, bool weighted, const CancelFlag&) override;
  std::vector<float> predict(const std::vector<uint8_t>& images, const CancelFlag&) override;
  SessionState readState() const override;
  void writeState(const SessionState&) override;

 private:
  const ResidentDataset& fitting(const Dataset& dataset) const;

  // While it lives, work on a device goes to the session's own stream, so that several sessions work side by side.
  c10::OptionalStreamGuard onStream() const {
    return stream_.get() ? c10::OptionalStreamGuard(*stream_.get()) : c10::OptionalStreamGuard();
  }
  // The same for work that is not that of a DevicePass.
  struct Work {
    std::shared_lock<std::shared_mutex> unrecorded;
    c10::OptionalStreamGuard stream;
  };
  Work work() const {
    return {device_.is_cpu() ? std::shared_lock<std::shared_mutex>() : deviceWork(), onStream()};
  }

  at::Device device_;
  OwnStream stream_;
  uint64_t seed_;
  int64_t threads_;
  Shape input_;
  int64_t classes_;
  Model model_;
  Loss loss_;
  Weights weights_;
  Workers workers_;
  Update update_;
  std::vector<Views> evaluated_;  // the weights to evaluate with
  Lanes lanes_;
  std::unique_ptr<DevicePass> devicePass_;  // where steps are not taken as the CPU takes them
};

}  // namespace optimbench
