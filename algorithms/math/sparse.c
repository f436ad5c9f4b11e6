/* SPDX-License-Identifier: MIT
 * sparse.c -- see sparse.h.  Scalar code: the time goes into fetching weights, not into adding.
 */
#include "algorithms/math/sparse.h"

#include <stdlib.h>

#include "algorithms/math/vector.h"
#include "base/memory.h"

enum { PREFETCH_ROWS = 8, LINE_BYTES = 64 };

/* The row after next's beginning; its rest follows by the CPU's own prefetching. */
static inline void prefetch_row(const struct rows *rows, int64_t position)
{
    const struct matrix *matrix = rows->matrix;
    int64_t start = matrix->row_start[rows_at(*rows, position < rows->count ? position : 0)];

    __builtin_prefetch(matrix->column + start);
    __builtin_prefetch(matrix->value + start);
}

VECTOR_INLINE void dot_two(const struct matrix *matrix, int64_t row, const float *w,
                           const float *bias, float *z)
{
    float z0 = bias[0], z1 = bias[1];

    for (int64_t i = matrix->row_start[row], end = matrix->row_start[row + 1]; i < end; i++) {
        const float *pair = w + 2 * (int64_t)matrix->column[i];

        z0 += matrix->value[i] * pair[0];
        z1 += matrix->value[i] * pair[1];
    }
    z[0] = z0;
    z[BLOCK_ROWS] = z1;
}

VECTOR_INLINE void dot_many(const struct matrix *matrix, int64_t row, const float *w,
                            const float *bias, int32_t classes, float *z)
{
    for (int32_t k = 0; k < classes; k++)
        z[(int64_t)k * BLOCK_ROWS] = bias[k];
    for (int64_t i = matrix->row_start[row], end = matrix->row_start[row + 1]; i < end; i++) {
        const float *weight = w + (int64_t)matrix->column[i] * classes;

        for (int32_t k = 0; k < classes; k++)
            z[(int64_t)k * BLOCK_ROWS] += matrix->value[i] * weight[k];
    }
}

void sparse_dot(const struct rows *rows, int64_t from, int64_t count, const float *w,
                const float *bias, int32_t classes, float *z)
{
    for (int64_t i = 0; i < count; i++) {
        int64_t row = rows_at(*rows, from + i);

        prefetch_row(rows, from + i + PREFETCH_ROWS);
        if (classes == 2)
            dot_two(rows->matrix, row, w, bias, z + i);
        else
            dot_many(rows->matrix, row, w, bias, classes, z + i);
    }
}

void sparse_add_rows(const struct rows *rows, int64_t from, int64_t count, const float *z,
                     float scale, int32_t classes, float *target)
{
    const struct matrix *matrix = rows->matrix;

    for (int64_t i = 0; i < count; i++) {
        int64_t row = rows_at(*rows, from + i);

        for (int64_t j = matrix->row_start[row], end = matrix->row_start[row + 1]; j < end;
             j++) {
            float *to = target + (int64_t)matrix->column[j] * classes;
            float value = scale * matrix->value[j];

            for (int32_t k = 0; k < classes; k++)
                to[k] += value * z[(int64_t)k * BLOCK_ROWS + i];
        }
    }
}

struct touched touched_none(int32_t features)
{
    return (struct touched){.bit = NEW_ARRAY(uint32_t, ((size_t)features + 31) / 32)};
}

void touched_done(struct touched *touched)
{
    free(touched->bit);
    *touched = (struct touched){0};
}

void touched_add(struct touched *touched, struct rows rows)
{
    const struct matrix *matrix = rows.matrix;

    for (int64_t i = 0; i < rows.count; i++) {
        int64_t row = rows_at(rows, i), end = matrix->row_start[row + 1];

        prefetch_row(&rows, i + PREFETCH_ROWS);
        touched->numbers += end - matrix->row_start[row];
        for (int64_t at = matrix->row_start[row]; at < end; at++) {
            uint32_t *word = &touched->bit[matrix->column[at] / 32];
            uint32_t bit = UINT32_C(1) << matrix->column[at] % 32;

            touched->features += !(*word & bit);
            *word |= bit;
        }
    }
}
