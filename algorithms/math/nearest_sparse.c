/* SPDX-License-Identifier: MIT
 * nearest_sparse.c -- see nearest.h: sparse rows.  The cost follows the non-zeros, K operations
 * for each. */
#include "algorithms/math/nearest.h"

#include "algorithms/math/vector.h"

void nearest_halves(const float *point, int32_t features, int32_t points, float *half)
{
    for (int32_t j = 0; j < points; j++) {
        double square = 0;

        for (int32_t d = 0; d < features; d++) {
            double value = point[(int64_t)d * points + j];

            square += value * value;
        }
        half[j] = (float)(square / 2);
    }
}

/* score[j] += value * point[j] for j in [0, points). */
VECTOR_INLINE void add_scaled(float value, const float *point, int64_t points, float *score)
{
    int64_t j = 0;

    for (; j + LANES <= points; j += LANES)
        *(vector_unaligned *)(score + j) += *(const vector_unaligned *)(point + j) * value;
    for (; j < points; j++)
        score[j] += value * point[j];
}

VECTOR_INLINE int32_t first_largest(const float *score, int32_t count)
{
    int32_t best = 0;

    for (int32_t j = 1; j < count; j++)
        if (score[j] > score[best])
            best = j;
    return best;
}

VECTOR_INLINE void nearest_find_sparse_body(const struct rows *rows, int64_t from,
                                            int64_t count, const float *point,
                                            const float *half, int32_t points, float *score,
                                            int32_t *nearest)
{
    const struct matrix *matrix = rows->matrix;

    for (int64_t i = 0; i < count; i++) {
        int64_t row = rows_at(*rows, from + i), end = matrix->row_start[row + 1];

        for (int32_t j = 0; j < points; j++)
            score[j] = -half[j];
        for (int64_t at = matrix->row_start[row]; at < end; at++)
            add_scaled(matrix->value[at], point + (int64_t)matrix->column[at] * points, points,
                       score);
        nearest[i] = first_largest(score, points);
    }
}

VECTOR_KERNEL(extern, nearest_find_sparse,
              (const struct rows *rows, int64_t from, int64_t count, const float *point,
               const float *half, int32_t points, float *score, int32_t *nearest),
              (rows, from, count, point, half, points, score, nearest))

void nearest_add_sparse(const struct rows *rows, int64_t from, int64_t count,
                        const int32_t *nearest, int32_t points, double *sum)
{
    const struct matrix *matrix = rows->matrix;

    for (int64_t i = 0; i < count; i++) {
        int64_t row = rows_at(*rows, from + i), end = matrix->row_start[row + 1];

        for (int64_t at = matrix->row_start[row]; at < end; at++)
            sum[(int64_t)matrix->column[at] * points + nearest[i]] += matrix->value[at];
    }
}

double nearest_distance_sparse(const struct rows *rows, int64_t from, int64_t count,
                               const float *point, const double *square, int32_t points,
                               const int32_t *nearest)
{
    const struct matrix *matrix = rows->matrix;
    double total = 0;

    for (int64_t i = 0; i < count; i++) {
        int64_t row = rows_at(*rows, from + i), end = matrix->row_start[row + 1];
        double apart = square[nearest[i]];

        /* (x - c)^2 = c^2 + x (x - 2 c) */
        for (int64_t at = matrix->row_start[row]; at < end; at++) {
            double x = matrix->value[at];

            apart +=
                x * (x - 2 * (double)point[(int64_t)matrix->column[at] * points + nearest[i]]);
        }
        total += apart > 0 ? apart : 0;
    }
    return total;
}
