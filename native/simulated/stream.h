// The current stream of a thread: what operators and kernels do on it.
#pragma once

#include <functional>
#include <string>

namespace simulated {

// Begins work of the thread, of which the first is not allowed while a stream is recorded.
void beginInThread();

// Adds work that was done to the recording, if the stream is recorded.
void recordIfCapturing(std::function<void()> work);

// Does work on the stream. If the stream is recorded, the work is repeated by replays, on memory that it does not keep.
void submit(std::function<void()> work);

// Throws c10::Error, and spoils the recording, if the stream is recorded.
void forbidInCapture(const std::string& what);

}  // namespace simulated
