/* SPDX-License-Identifier: MIT
 * stage.h -- brings images and weights into the order in which convolve.h walks them. */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_KERNEL_STAGE_H
#define TRAINCAST_ALGORITHMS_NETWORK_KERNEL_STAGE_H

#include "algorithms/network/kernel/lanes.h"

/* A window over planes of BLOCK channels: to[i][j] = from[first_row + i step][first_column + j
 * step], 0 outside.  With a step it picks every step-th row and column, so that a strided
 * kernel, too, finds neighbours side by side. */
struct stage {
    int64_t height, width; /* of a plane of `from` */
    int64_t first_row, first_column, step;
    int64_t rows, columns; /* of a plane of `to` */
    int64_t planes;
    int64_t to_plane; /* reals from plane to plane */
};
void stage(const struct stage *s, const real *from, real *to);

/* Patches of a plain image real[channels][height][width]: to = real[blocks of channels
 * kernel^2] [rows columns][BLOCK], number ((channel, row, column) of the kernel) by number: a
 * convolution of few channels becomes one of 1 x 1 over many. */
struct patches {
    int64_t channels, height, width;
    int64_t kernel, stride, padding;
    int64_t rows, columns; /* of the output */
};
int64_t patches_scratch(const struct patches *p); /* reals */
void gather_patches(const struct patches *p, const real *from, real *scratch, real *to);

/* What packed weights are for: outputs x inputs, in `groups` that do not see each other.
 * forward: outputs are the layer's outputs; backward to the data: they are its inputs. */
struct packing {
    int64_t outputs, inputs, groups;
    bool transposed;     /* backward to the data */
    int64_t kernel_taps; /* kernel^2, as they stand in w */
    const int32_t *tap;  /* [taps]: which of them, in which order */
    int64_t taps;
    int64_t vectors; /* blocks of outputs in a full tile */
};
/* Blocks of inputs that the tile of outputs which begins at block `first` sees: [begin, end).
 */
void packing_range(const struct packing *p, int64_t first, int64_t *ret_begin,
                   int64_t *ret_end);
/* Reals of all packed tiles; and where the tile that begins at block `first` begins. */
int64_t packed_reals(const struct packing *p);
int64_t packed_at(const struct packing *p, int64_t first);
/* w: real[K][C / groups][kernel_taps], K the layer's outputs, C its inputs. */
void pack_weights(const struct packing *p, const real *w, real *packed);
void unpack_weights(const struct packing *p, const real *packed, real *w);

#endif
