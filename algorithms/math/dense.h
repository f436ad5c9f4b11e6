/* SPDX-License-Identifier: MIT
 * dense.h -- dot products with, and weighted sums of, dense rows: the two halves of a linear
 * model's gradient for one output.
 *
 * Faster than BLAS for one or two outputs of few features, because rows are read where they
 * lie, in any order, and each block of them is still in the first cache when it is added up.
 *
 * Vectors of D features are *packed* into whole vectors of LANES floats.  When LANES does not
 * divide D, the last vector of a row is read at D - LANES, so that no read leaves the row; the
 * lanes that it has in common with the one before are zero in a packed operand and ignored in a
 * packed result.  Rows shorter than LANES are copied. */
#ifndef TRAINCAST_ALGORITHMS_MATH_DENSE_H
#define TRAINCAST_ALGORITHMS_MATH_DENSE_H

#include "algorithms/math/matrix.h"

/* Floats of a packed vector of D features: a multiple of LANES. */
int64_t dense_packed_floats(int32_t features);
/* Where feature d stands in a packed vector. */
int64_t dense_packed_at(int32_t features, int32_t d);

/* out[i] = bias + x[from + i] . u for i in [0, count), x the dense rows.  u: packed, 32-byte
 * aligned. out: room for count rounded up to LANES (the rest is overwritten).  count <=
 * BLOCK_ROWS; rows behind the block are prefetched. */
void dense_dot(const struct rows *rows, int64_t from, int64_t count, const float *u, float bias,
               float *out);

/* sum += sum_i r[i] x[from + i].  r: as long as out above, 0 behind count.  sum: packed,
 * aligned. */
void dense_add_rows(const struct rows *rows, int64_t from, int64_t count, const float *r,
                    float *sum);

/* total[i] += part[i]; part[i] = 0.  count: a multiple of LANES; both 32-byte aligned. */
void dense_flush(int64_t count, float *part, double *total);

/* The block's rows side by side: where they lie when contiguous, else copied to room
 * (float[count][D]). */
const float *dense_gather(const struct rows *rows, int64_t from, int64_t count, float *room);

#endif
