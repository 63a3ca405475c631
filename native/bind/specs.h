// Converts JavaScript's specs (src/native/interface.ts) to the core's structs (core/api.h).
#pragma once

#include "core/api.h"
#include "reader.h"

namespace optimbench {

SessionSpec readSessionSpec(const Reader& spec);
AugmentationSpec readAugmentationSpec(const Reader& spec);
LossSpec readLossSpec(const Reader& spec);
UpdateSpec readUpdateSpec(const Reader& spec);
DatasetSpec readDatasetSpec(const Reader& spec);  // `count` is -1 if omitted
// Both borrow the arrays' memory, which must be used before JavaScript runs again.
ImagesSpec readImagesSpec(const Reader& spec);
DatasetPart readDatasetPart(const Reader& part, const Shape& shape, int64_t classes);

}  // namespace optimbench
