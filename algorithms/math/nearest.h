/* SPDX-License-Identifier: MIT
 * nearest.h -- which of K points is nearest to a row, sums of rows by point, squared distances.
 *
 * ||x - c||^2 is least where x . c - ||c||^2 / 2 is largest; of equal ones the first point
 * wins. Points stand feature by feature, float[D][K], as the weights of linear models do: a
 * sparse row's non-zero touches K neighbours, and dense kernels pack them anyway. */
#ifndef TRAINCAST_ALGORITHMS_MATH_NEAREST_H
#define TRAINCAST_ALGORITHMS_MATH_NEAREST_H

#include "algorithms/math/dense.h"

/* -- dense rows; of a block of them -- */
/* Points as nearest_find wants them: float[nearest_packed_floats], 64-byte aligned. */
int64_t nearest_packed_floats(int32_t features, int32_t points);
void nearest_pack(const float *point, int32_t features, int32_t points, float *packed);

/* nearest[i], in [0, K), of each row.  lanes: room for nearest_lanes_floats, 64-byte aligned.
 */
int64_t nearest_lanes_floats(int32_t features);
void nearest_find(const struct dense_block *block, const float *packed, int32_t points,
                  float *lanes, int32_t *nearest);

/* sum[nearest[i]] += row i; sum: double[K][dense_packed_floats], 64-byte aligned. */
void nearest_add(const struct dense_block *block, const int32_t *nearest, double *sum);

/* Sum of the squared distances of rows and the points they are nearest to; point: float[K][D].
 */
double nearest_distance(const struct dense_block *block, const float *point, int32_t features,
                        const int32_t *nearest);

/* -- sparse rows [from, from + count) of rows -- */
/* half: float[K], ||c||^2 / 2; score: room for K floats. */
void nearest_halves(const float *point, int32_t features, int32_t points, float *half);
void nearest_find_sparse(const struct rows *rows, int64_t from, int64_t count,
                         const float *point, const float *half, int32_t points, float *score,
                         int32_t *nearest);

/* sum[d][nearest[i]] += x[i][d]; sum: double[D][K]. */
void nearest_add_sparse(const struct rows *rows, int64_t from, int64_t count,
                        const int32_t *nearest, int32_t points, double *sum);

/* As nearest_distance; square: double[K], ||c||^2. */
double nearest_distance_sparse(const struct rows *rows, int64_t from, int64_t count,
                               const float *point, const double *square, int32_t points,
                               const int32_t *nearest);

#endif
