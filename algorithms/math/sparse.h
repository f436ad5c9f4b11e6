/* SPDX-License-Identifier: MIT
 * sparse.h -- outputs of, and weighted sums of, sparse rows; the cost follows the non-zeros.
 *
 * Weights stand feature by feature, float[D][K], so that one non-zero touches K neighbours. */
#ifndef TRAINCAST_ALGORITHMS_MATH_SPARSE_H
#define TRAINCAST_ALGORITHMS_MATH_SPARSE_H

#include "algorithms/math/matrix.h"

/* z[k][i] = bias[k] + x[from + i] . w[.][k], z: float[K][BLOCK_ROWS], count <= BLOCK_ROWS.
 * bias: float[K]. */
void sparse_dot(const struct rows *rows, int64_t from, int64_t count, const float *w,
                const float *bias, int32_t classes, float *z);

/* target[d][k] += scale * sum_i z[k][i] x[from + i][d]; target: float[D][K]. */
void sparse_add_rows(const struct rows *rows, int64_t from, int64_t count, const float *z,
                     float scale, int32_t classes, float *target);

/* What sparse rows, one lot after another, have numbers in. */
struct touched {
    uint32_t *bit;    /* owned: a bit for each feature */
    int64_t features; /* how many different ones */
    int64_t numbers;  /* stored, of all rows */
};
struct touched touched_none(int32_t features);
void touched_add(struct touched *touched, struct rows rows);
void touched_done(struct touched *touched);

#endif
