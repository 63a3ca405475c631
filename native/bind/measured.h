#pragma once

#include <napi.h>

#include "core/api.h"

namespace optimbench {

// As src/native/interface.ts declares it.
Napi::Value toObject(Napi::Env env, const Measured& measured);

}  // namespace optimbench
