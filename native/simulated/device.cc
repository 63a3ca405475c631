// A GPU for tests: libtorch's PrivateUse1 device, opened instead of libtorch_cuda. It uses the host's memory and the
// CPU's operators, but enforces the rules of a GPU. The tensors of an operator are on one device, except for single
// numbers. While a stream is recorded, all work submitted to it is recorded, from any thread, and nothing may make the
// host wait. A replay repeats the recorded operators on the memory that they used, whatever the host's tensors are now.
// Unlike on a GPU, recording also does the work, and the first replay does nothing.
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "core/step_graph.h"
#include "stream.h"
#include "worksheet.h"

namespace {

using simulated::kType;

constexpr c10::DeviceIndex kDevices = 2;
constexpr c10::StreamId kStreams = 4;  // of the pool

// ---- streams: the pool returns them in turn, and each thread has a current one ----

thread_local c10::DeviceIndex currentDevice = 0;
thread_local std::array<c10::StreamId, kDevices> currentStreams{};
std::atomic<c10::StreamId> handedOut{0};

struct Guard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return kType; }
  c10::Device getDevice() const override { return {kType, currentDevice}; }
  c10::Device exchangeDevice(c10::Device device) const override {
    return {kType, std::exchange(currentDevice, device.index())};
  }
  void setDevice(c10::Device device) const override { currentDevice = device.index(); }
  void uncheckedSetDevice(c10::Device device) const noexcept override { currentDevice = device.index(); }
  c10::DeviceIndex deviceCount() const noexcept override { return kDevices; }
  c10::Stream stream(c10::Device device, c10::StreamId id) const {
    return c10::Stream(c10::Stream::UNSAFE, device, id);
  }
  c10::Stream getStream(c10::Device device) const override { return stream(device, currentStreams.at(device.index())); }
  c10::Stream getDefaultStream(c10::Device device) const override { return stream(device, 0); }
  c10::Stream getStreamFromGlobalPool(c10::Device device, bool) const override {
    return stream(device, 1 + handedOut++ % kStreams);
  }
  c10::Stream exchangeStream(c10::Stream next) const override {
    return stream(next.device(), std::exchange(currentStreams.at(next.device_index()), next.id()));
  }
  void record(void**, const c10::Stream&, c10::DeviceIndex, c10::EventFlag) const override {}
  void block(void*, const c10::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  bool queryStream(const c10::Stream&) const override { return true; }
  void synchronizeStream(const c10::Stream& stream) const override;
};

// ---- memory: tensors use the host's, but the device can be full until its cache is emptied ----

std::atomic<bool> isFull{true};

struct Memory final : c10::DeviceAllocator {
  bool initialized() override { return true; }
  void emptyCache(c10::MempoolId_t) override { isFull = false; }
  void recordStream(const c10::DataPtr&, c10::Stream) override {}
  c10::CachingDeviceAllocator::DeviceStats getDeviceStats(c10::DeviceIndex) override { return {}; }
  void resetAccumulatedStats(c10::DeviceIndex) override {}
  void resetPeakStats(c10::DeviceIndex) override {}
  c10::DataPtr allocate(size_t) override { TORCH_CHECK_NOT_IMPLEMENTED(false, "the host allocates"); }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { std::memcpy(to, from, bytes); }
};

Memory memory;

// ---- graphs ----

struct Graph final : optimbench::StepGraph {
  void record(const std::function<void()>& step) override;
  void replay() override;
  ~Graph() override;
  void begin();
  void end();

  std::vector<std::function<void()>> work;
  bool isDone = false;    // by recording
  bool isBroken = false;  // something was recorded that is not allowed
};

using Place = std::pair<c10::DeviceIndex, c10::StreamId>;

std::mutex capturesMutex;
std::map<Place, Graph*> captures;  // in progress

Place here() { return {currentDevice, currentStreams.at(currentDevice)}; }

Graph* capturing(const Place& stream) {
  const std::lock_guard lock(capturesMutex);
  const auto found = captures.find(stream);
  return found == captures.end() ? nullptr : found->second;
}

void forbidInCapture(const Place& stream, const std::string& what) {
  Graph* graph = capturing(stream);
  if (graph == nullptr) return;
  graph->isBroken = true;
  TORCH_CHECK(false, "operation not permitted when stream is capturing: ", what);
}

void Guard::synchronizeStream(const c10::Stream& stream) const {
  forbidInCapture({stream.device_index(), stream.id()}, "waiting for the stream");
}

void Graph::begin() {
  TORCH_CHECK(here().second != 0, "graphs must be captured on a non-default stream");
  TORCH_CHECK(std::getenv("SIMULATED_DEVICE_REFUSES") == nullptr, "the simulated device refuses to record");
  TORCH_CHECK(std::getenv("SIMULATED_DEVICE_FULL") == nullptr || !isFull, "the simulated device is out of memory");
  {
    const std::lock_guard lock(capturesMutex);
    TORCH_CHECK(captures.emplace(here(), this).second, "the stream is being captured already");
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(5));  // gives other threads time to interfere
}

void Graph::end() {
  const std::lock_guard lock(capturesMutex);
  TORCH_CHECK(captures.erase(here()) == 1, "capture must end on the stream that it began on");
  TORCH_CHECK(!isBroken, "the capture was invalidated");
  isDone = true;
}

void Graph::record(const std::function<void()>& step) {
  begin();
  try {
    step();
  } catch (...) {
    isBroken = true;
    try {
      end();
    } catch (const c10::Error&) {  // only says that the capture was invalidated; the error of the cause says more
    }
    throw;
  }
  end();
}

void Graph::replay() {
  TORCH_CHECK(capturing(here()) == nullptr, "a graph is replayed on a stream that is being captured");
  if (std::exchange(isDone, false)) return;
  for (const auto& each : work) each();
}

Graph::~Graph() {
  const std::lock_guard lock(capturesMutex);
  std::erase_if(captures, [&](const auto& each) { return each.second == this; });
}

struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  c10::DeviceIndex deviceCount() const override { return kDevices; }
  const at::Generator& getDefaultGenerator(c10::DeviceIndex) const override {
    static const at::Generator generator = at::detail::createCPUGenerator();
    return generator;
  }
};

C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);

const bool isRegistered = [] {
  c10::SetAllocator(kType, &memory);
  c10::register_privateuse1_backend("simulated");
  at::RegisterPrivateUse1HooksInterface(new Hooks);
  return true;
}();

}  // namespace

// The first work of a thread synchronises a whole GPU, because its libraries create handles for the thread. That
// invalidates every capture.
void simulated::beginInThread() {
  thread_local bool hasBegun = false;
  if (std::exchange(hasBegun, true)) return;
  const std::lock_guard lock(capturesMutex);
  for (const auto& [stream, graph] : captures) graph->isBroken = true;
  TORCH_CHECK(captures.empty(), "operation not permitted while a stream is capturing: a thread's first work");
}

void simulated::recordIfCapturing(std::function<void()> work) {
  if (Graph* graph = capturing(here())) graph->work.push_back(std::move(work));
}

void simulated::submit(std::function<void()> work) {
  beginInThread();
  work();
  recordIfCapturing(std::move(work));
}

void simulated::forbidInCapture(const std::string& what) { ::forbidInCapture(here(), what); }

optimbench::StepGraph* optimbench_step_graph() { return new Graph; }
