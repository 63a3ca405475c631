// The current stream of a thread, for what is not an operator of libtorch.
#pragma once

#include <functional>
#include <string>

namespace simulated {

// Does work on the stream. If the stream is recorded, the work is repeated by replays, on memory that it does not keep.
void submit(std::function<void()> work);

// Throws c10::Error, and spoils the recording, if the stream is recorded.
void forbidInCapture(const std::string& what);

}  // namespace simulated
