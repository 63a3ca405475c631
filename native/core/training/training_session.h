// Model, loss, optimizer and their state: what a SessionSpec describes.
#pragma once

#include <memory>
#include <optional>

#include "core/api.h"
#include "core/data/standardisation.h"
#include "core/runtime/device.h"
#include "core/runtime/device_work.h"
#include "core/runtime/session_stream.h"
#include "device_pass.h"
#include "train_loop.h"

namespace optimbench {

// Has the methods of Session (api.h) except restart().
class TrainingSession {
 public:
  explicit TrainingSession(const SessionSpec& spec);
  ~TrainingSession();

  int64_t parameterCount() const { return model_.parameterCount(); }
  int64_t frozenCount() const { return model_.frozenCount(); }
  int64_t bytes() const;
  std::vector<TensorInfo> parameters() const { return model_.parameters(); }
  std::vector<TensorInfo> statistics() const { return model_.statistics(); }
  Measured train(const Dataset&, const Pass&, const CancelFlag&);
  Measured repeatUpdate(int64_t steps, double learningRate, const CancelFlag&);
  Measured evaluate(const Dataset&, const std::vector<uint32_t>& indices, bool weighted, const CancelFlag&);
  std::vector<float> predict(const std::vector<uint8_t>& images, const CancelFlag&);
  void keep();
  void restore();
  std::vector<VectorInfo> vectors();
  std::vector<float> read(const std::string& vector, int64_t offset, int64_t count);
  void write(const std::string& vector, int64_t offset, const std::vector<float>& values);
  void startUpdate();
  SessionState readState() const;
  void writeState(const SessionState&);

 private:
  // A copy of what training changes.
  struct Kept {
    at::Tensor theta;
    at::Tensor statistics;
    at::Tensor evaluation;
    std::vector<Value> states;
    int64_t stepCount;
  };

  const ResidentDataset& fitting(const Dataset& dataset) const;
  // A vector of vectors(), by its memory.
  struct StateVector {
    VectorInfo info;
    at::Tensor values;
  };
  std::vector<StateVector> stateVectors();
  at::Tensor part(const std::string& vector, int64_t offset, int64_t count);

  // While the guard lives, device work goes to the session's own stream, so sessions run side by side.
  c10::OptionalStreamGuard onStream() const {
    return stream_.get() ? c10::OptionalStreamGuard(*stream_.get()) : c10::OptionalStreamGuard();
  }
  // The same for work outside a DevicePass.
  struct Work {
    std::shared_lock<std::shared_mutex> unrecorded;
    c10::OptionalStreamGuard stream;
  };
  Work work() const { return {device_.is_cpu() ? std::shared_lock<std::shared_mutex>() : deviceWork(), onStream()}; }

  at::Device device_;
  SessionStream stream_;
  uint64_t seed_;
  int64_t threads_;
  Shape input_;
  int64_t classes_;
  Standardisation standardisation_;
  Model model_;
  Model evaluationModel_;  // the same function, outside training
  Loss loss_;
  Weights weights_;
  Workers workers_;
  Update update_;
  HostUpdate hostUpdate_;
  std::vector<Views> evaluated_;  // the weights for evaluation
  std::vector<Views> evaluatedStatistics_;
  GradientShards shards_;
  std::optional<Kept> kept_;
  std::unique_ptr<DevicePass> devicePass_;  // null if steps run as on the CPU
};

}  // namespace optimbench
