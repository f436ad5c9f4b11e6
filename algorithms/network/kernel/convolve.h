/* SPDX-License-Identifier: MIT
 * convolve.h -- the two loops in which nearly all the time of a convolutional network goes.
 *
 * Both walk images in blocks of channels (lanes.h) without an im2col: a tile of pixels times
 * a few blocks of output channels stays in registers while all taps (positions of the kernel,
 * for each block of input channels) go by.  One weight vector is loaded for many pixels, one
 * pixel's number is broadcast to many channels: two loads of three are saved, the multipliers
 * are busy.  (The scheme of Georganas et al., "Anatomy of high-performance deep learning
 * convolutions on SIMD architectures", SC'18, section II, in plain C.)
 *
 * The caller makes strides and borders disappear beforehand (stage.h): neighbouring outputs
 * read neighbouring inputs.
 *
 * Packed weights: real[tile][input block][tap][BLOCK][vectors][BLOCK], input channel before
 * output channel; a tile is `vectors` blocks of outputs: as many as kernels->vectors, or the
 * one that is left at the end. */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_KERNEL_CONVOLVE_H
#define TRAINCAST_ALGORITHMS_NETWORK_KERNEL_CONVOLVE_H

#include "algorithms/network/kernel/lanes.h"

/* y[row][column] (+)= sum over taps and their BLOCK channels of x[row][column + tap] w[tap]. */
struct convolve {
    const real *x;
    int64_t x_pitch;    /* reals from row to row; pixels lie side by side */
    const int64_t *tap; /* [taps]: reals from a pixel to what it reads, block after block */
    int64_t taps;
    const real *w; /* of this tile */
    int64_t vectors;
    real *y;
    int64_t y_pixel, y_pitch,
        y_block; /* reals from pixel to pixel, row to row, block to block */
    int64_t rows, columns;
    bool add; /* to what is in y */
};
/* kernels->convolve(c) */

/* dw[input channel][vector][BLOCK] += sum over images, rows, columns of x[..] dy[..], for one
 * tap, one block of inputs and one tile of outputs. */
struct convolve_weights {
    const real *x;
    int64_t x_pitch, x_image;
    const real *dy;
    int64_t y_pitch, y_image, y_block;
    int64_t vectors;
    int64_t images, rows, columns;
    real *dw;
};
/* kernels->convolve_weights(c) */

#endif
