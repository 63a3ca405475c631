// The source of a kernel that computes a loss, its gradient and what a pass counts, for a device.
#pragma once

#include <optional>
#include <string>

#include "core/api.h"

namespace optimbench {

struct LossSource {
  std::string text;
  int64_t samples;  // that a block computes at most, with one thread per class of each

  // Nothing if the formula or the number of classes does not suit a kernel. The kernel's name is "loss".
  static std::optional<LossSource> of(const LossSpec& spec, int64_t classes);
};

}  // namespace optimbench
