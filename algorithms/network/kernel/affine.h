/* SPDX-License-Identifier: MIT
 * affine.h -- what norms are made of: sums over a block of channels, and a x + b per channel.
 *
 * All work on one block of channels of some images: real[images][..][pixels][BLOCK], `between`
 * reals from image to image.  Numbers are summed in short runs, these in double. */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_KERNEL_AFFINE_H
#define TRAINCAST_ALGORITHMS_NETWORK_KERNEL_AFFINE_H

#include "algorithms/network/kernel/lanes.h"

struct planes {
    int64_t images, pixels, between;
};

/* Sums of x - shift and of its square: shift, a number of about x's size per channel, keeps
 * their difference exact. */
/* kernels->sum_squares(p, x, shift, sum, square) */

/* y = scale x + offset, not below 0 nor above ceiling where it is not NAN. */
/* kernels->affine(p, x, scale, offset, ceiling, y) */

/* dy is what the layer's output wants; where that output was cut (scale x + offset outside of
 * (0, ceiling)) it counts as 0.  Sums of dy and of dy (x - mean). */
struct affine_slopes {
    struct planes planes;
    const real *x, *dy;
    const real *scale, *offset, *mean; /* [BLOCK] */
    real ceiling;
};
/* kernels->sum_slopes(a, sum, product) */

/* dx (+)= a dy + b x + c. */
/* kernels->affine_back(s, a, b, c, add, dx) */

#endif
