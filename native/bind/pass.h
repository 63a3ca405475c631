// Reads a training pass from a JavaScript object (src/native/interface.ts).
#pragma once

#include <vector>

#include "core/api.h"
#include "reader.h"

namespace optimbench {

Pass readPass(const Reader& reader);

// The indices of images, a Uint32Array.
std::vector<uint32_t> readOrder(const Reader& reader, const char* key);

}  // namespace optimbench
