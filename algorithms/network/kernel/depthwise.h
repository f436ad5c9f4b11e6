/* SPDX-License-Identifier: MIT
 * depthwise.h -- convolution in which each channel sees only itself.
 *
 * A vector is one block of channels of one pixel, and so is a tap's weight; nothing is
 * broadcast.  The caller stages planes with their border (stage.h). */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_KERNEL_DEPTHWISE_H
#define TRAINCAST_ALGORITHMS_NETWORK_KERNEL_DEPTHWISE_H

#include "algorithms/network/kernel/lanes.h"

/* y[row][column] (+)= sum over taps of x[row][column + tap] w[tap], block-wise. */
struct depthwise {
    const real *x;
    int64_t x_pitch;    /* reals from row to row; pixels lie side by side */
    const int64_t *tap; /* [taps]: reals from a pixel to what it reads */
    int64_t taps;
    const real *w; /* real[taps][BLOCK] */
    real *y;
    int64_t y_pixel, y_pitch;
    int64_t rows, columns;
    bool add; /* to what is in y */
};
/* kernels->depthwise(d) */

/* dw[tap] += sum over rows and columns of x[row][column + tap] dy[row][column]. */
struct depthwise_weights {
    const real *x;
    int64_t x_pitch;
    const int64_t *tap;
    int64_t taps;
    const real *dy; /* real[rows][columns][BLOCK] */
    int64_t rows, columns;
    real *dw; /* real[taps][BLOCK] */
};
/* kernels->depthwise_weights(d) */

#endif
