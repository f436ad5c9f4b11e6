/* SPDX-License-Identifier: MIT
 * dense.h -- dot products with, and weighted sums of, dense rows: the two halves of a linear
 * model's gradient for one output.
 *
 * Faster than BLAS for one or two outputs of few features: a block of rows is still in the
 * first cache when it is gone through for the second time.
 *
 * Vectors of D features are *packed* into whole vectors of LANES floats.  When LANES does not
 * divide D, the last vector of a row is read at D - LANES, so that no read leaves the row; the
 * lanes that it has in common with the one before are zero in a packed operand and ignored in a
 * packed result. */
#ifndef TRAINCAST_ALGORITHMS_MATH_DENSE_H
#define TRAINCAST_ALGORITHMS_MATH_DENSE_H

#include "algorithms/math/matrix.h"

/* Floats of a packed vector of D features: a multiple of LANES. */
int64_t dense_packed_floats(int32_t features);
/* Where feature d stands in a packed vector. */
int64_t dense_packed_at(int32_t features, int32_t d);

/* Some rows side by side, at least LANES floats each. */
struct dense_block {
    const float *x; /* float[count][stride] */
    int64_t stride; /* D; LANES when D is less: zeros follow then */
    int64_t count;  /* at most BLOCK_ROWS */
    int64_t more;   /* rows that follow in memory, of the same kind */
};

/* Floats from row to row of a block of such rows. */
int64_t dense_stride(int32_t features);

/* Rows [from, from + count): where they lie if they can be read there, else copied to room
 * (float[count][dense_stride]). */
struct dense_block dense_block(const struct rows *rows, int64_t from, int64_t count,
                               float *room);

/* out[i] = bias + x[i] . u.  u: packed, 32-byte aligned.  out: room for count rounded up to
 * LANES (the rest is overwritten). */
void dense_dot(const struct dense_block *block, const float *u, float bias, float *out);

/* sum += sum_i r[i] x[i].  sum: packed, aligned. */
void dense_add_rows(const struct dense_block *block, const float *r, float *sum);

/* total[i] += part[i]; part[i] = 0.  count: a multiple of LANES; both 32-byte aligned. */
void dense_flush(int64_t count, float *part, double *total);

#endif
