// JavaScript's plain specs (src/native/addon.ts) to the core's plain structs (core/api.h).
#pragma once

#include "core/api.h"
#include "reader.h"

namespace optimbench {

SessionSpec readSessionSpec(const Reader& spec);
AugmentationSpec readAugmentationSpec(const Reader& spec);
LossSpec readLossSpec(const Reader& spec);
UpdateSpec readUpdateSpec(const Reader& spec);
DatasetSpec readDatasetSpec(const Reader& spec);  // `count` is -1 where it is left out
// Both borrow the arrays' memory: use it before JavaScript runs again.
ImagesSpec readImagesSpec(const Reader& spec);
DatasetPart readDatasetPart(const Reader& part, const Shape& shape, int64_t classes);

}  // namespace optimbench
