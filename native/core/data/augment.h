// Random distortions of training images. A plain loop on the CPU, image by image: the same bits on every device, for
// any number of threads and any batch.
#pragma once

#include "core/api.h"
#include "core/torch.h"

namespace optimbench {

// images: [samples, channels, height, width], channels-last, 0 is the background; numbers: [samples], the images'
// places in their dataset. Each image has a random stream of its own, keyed by seed, epoch and number. About its centre
// it is scaled by a factor from [1 - scale, 1 + scale] and rotated by an angle from [-rotation, rotation], then shifted
// by up to `shift` each way, all uniform; then every pixel is displaced (elastic distortion, Simard, Steinkraus & Platt
// 2003): by uniform noise from [-1, 1) in x and in y, smoothed by a Gaussian of `elasticSigma` pixels, times
// `elasticAlpha`. Bilinear.
at::Tensor augment(const at::Tensor& images, const at::Tensor& numbers, const AugmentationSpec& augmentation,
                   uint64_t seed, int64_t epoch);

bool isNone(const AugmentationSpec& augmentation);

at::Tensor transform(const at::Tensor& images, const AffineSpec& affine);

}  // namespace optimbench
