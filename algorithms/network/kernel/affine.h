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
void sum_squares(enum level level, const struct planes *p, const real *x, const real *shift,
                 double *sum, double *square);

/* y = scale x + offset, not below 0 nor above ceiling where it is not NAN. */
void affine(enum level level, const struct planes *p, const real *x, const real *scale,
            const real *offset, real ceiling, real *y);

/* dy is what the layer's output wants; where that output was cut (scale x + offset outside of
 * (0, ceiling)) it counts as 0.  Sums of dy and of dy (x - mean). */
struct affine_slopes {
    struct planes planes;
    const real *x, *dy;
    const real *scale, *offset, *mean; /* [BLOCK] */
    real ceiling;
};
void sum_slopes(enum level level, const struct affine_slopes *a, double *sum, double *product);

/* dx (+)= a dy + b x + c. */
void affine_back(enum level level, const struct affine_slopes *s, const real *a, const real *b,
                 const real *c, bool add, real *dx);

#endif
