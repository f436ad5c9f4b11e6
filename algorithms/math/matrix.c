/* SPDX-License-Identifier: MIT
 * matrix.c -- see matrix.h. */
#include "algorithms/math/matrix.h"

#include <stdlib.h>

#include "base/memory.h"

int64_t rows_nonzeros(struct rows rows)
{
    const struct matrix *matrix = rows.matrix;
    int64_t sum = 0;

    if (!matrix_is_sparse(matrix))
        return rows.count * matrix->features;
    for (int64_t i = 0; i < rows.count; i++) {
        int64_t row = rows_at(rows, i);

        sum += matrix->row_start[row + 1] - matrix->row_start[row];
    }
    return sum;
}

void scratch_init(struct scratch *scratch, int64_t numbers, int64_t indices)
{
    enum { ALIGNED_FLOATS = 16 };
    char *memory = memory_new((size_t)numbers + ALIGNED_FLOATS, sizeof(float));
    size_t past = (uintptr_t)memory % (ALIGNED_FLOATS * sizeof(float));

    scratch->memory = memory;
    scratch->number = (float *)(memory + (past ? ALIGNED_FLOATS * sizeof(float) - past : 0));
    scratch->numbers = numbers;
    scratch->index = NEW_ARRAY(uint32_t, (size_t)indices + 1);
    scratch->indices = indices;
}

void scratch_done(struct scratch *scratch)
{
    free(scratch->memory);
    free(scratch->index);
    *scratch = (struct scratch){0};
}
