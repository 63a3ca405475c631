// Random distortions of training images, in a plain loop on the CPU. The bits are the same for every device, number of
// threads and batch size.
#pragma once

#include "core/api.h"
#include "core/torch.h"

namespace optimbench {

// images: [samples, channels, height, width], channels-last, with a background of 0. numbers: [samples], the positions
// of the images in their dataset. Each image has its own random stream, keyed by seed, epoch and number. It is scaled
// about its centre by a factor from [1 - scale, 1 + scale], rotated by an angle from [-rotation, rotation] and shifted
// by up to `shift` in each direction, all uniform. Then every pixel is displaced (elastic distortion; Simard,
// Steinkraus & Platt 2003) by uniform noise from [-1, 1) in x and in y, smoothed by a Gaussian of `elasticSigma`
// pixels, times `elasticAlpha`. Interpolation is bilinear.
at::Tensor augment(const at::Tensor& images, const at::Tensor& numbers, const AugmentationSpec& augmentation,
                   uint64_t seed, int64_t epoch);

bool isNone(const AugmentationSpec& augmentation);

at::Tensor transform(const at::Tensor& images, const AffineSpec& affine);

}  // namespace optimbench
