/* SPDX-License-Identifier: MIT
 * dense.c -- see dense.h.  Rows are taken LANES at a time: their dot products end up in the
 * lanes of one vector by one tree of additions, and each vector of the sum is loaded and stored
 * once for LANES rows. */
#include "algorithms/math/dense.h"

#include "algorithms/math/vector.h"

/* Random rows come from main memory (100 ns); a row's arithmetic takes about 8 ns. */
enum { PREFETCH_ROWS = 32, PREFETCH_BYTES = 512, LINE_BYTES = 64 };

int64_t dense_packed_floats(int32_t features)
{
    return ((int64_t)features + LANES - 1) / LANES * LANES;
}

int64_t dense_packed_at(int32_t features, int32_t d)
{
    int32_t whole = features / LANES * LANES;

    return d < whole || features < LANES ? d : (int64_t)whole + d - (features - LANES);
}

/* LANES rows, and how to read them. */
struct group {
    const float *row[LANES];
    int64_t whole; /* vectors read at 0, LANES, 2 LANES, ... */
    int64_t tail;  /* where the last one is read; -1: none */
    float copy[LANES][LANES] __attribute__((aligned(32)));
};

VECTOR_INLINE void prefetch_row(const struct rows *rows, int64_t position)
{
    const struct matrix *matrix = rows->matrix;
    int64_t row = rows_at(*rows, position < rows->count ? position : rows->count - 1);
    const char *begin = (const char *)(matrix->x + row * matrix->features);
    int64_t bytes = (int64_t)sizeof(float) * matrix->features;

    if (bytes > PREFETCH_BYTES)
        bytes = PREFETCH_BYTES;
    for (int64_t offset = 0; offset < bytes; offset += LINE_BYTES)
        __builtin_prefetch(begin + offset);
    __builtin_prefetch(begin + bytes - 1);
    __builtin_prefetch(matrix->y + row);
}

/* Missing rows of the last group repeat its last row: finite wherever that is, and ignored. */
VECTOR_INLINE void group_set(struct group *group, const struct rows *rows, int64_t from,
                             int64_t count)
{
    int64_t features = rows->matrix->features;

    for (int i = 0; i < LANES; i++) {
        int64_t row = rows_at(*rows, from + (i < count ? i : count - 1));

        group->row[i] = rows->matrix->x + row * features;
    }
    group->whole = features / LANES;
    group->tail = features % LANES ? features - LANES : -1;
    if (features >= LANES)
        return;
    group->whole = 1;
    group->tail = -1;
    memset(group->copy, 0, sizeof group->copy);
    for (int i = 0; i < LANES; i++) {
        memcpy(group->copy[i], group->row[i], sizeof(float) * (size_t)features);
        group->row[i] = group->copy[i];
    }
}

VECTOR_INLINE void dense_dot_body(const struct rows *rows, int64_t from, int64_t count,
                                  const float *u, float bias, float *out)
{
    const vector *packed = (const vector *)u;

    for (int64_t base = 0; base < count; base += LANES) {
        struct group group;
        vector part[LANES] = {0};
        vector sum;

        VECTOR_UNROLL
        for (int i = 0; i < LANES; i++)
            prefetch_row(rows, from + base + PREFETCH_ROWS + i);
        group_set(&group, rows, from + base, count - base);
        for (int64_t v = 0; v < group.whole; v++)
            VECTOR_UNROLL
        for (int i = 0; i < LANES; i++)
            part[i] += *(const vector_unaligned *)(group.row[i] + v * LANES) * packed[v];
        if (group.tail >= 0)
            VECTOR_UNROLL
        for (int i = 0; i < LANES; i++)
            part[i] +=
                *(const vector_unaligned *)(group.row[i] + group.tail) * packed[group.whole];
        vector_sum_lanes(part, &sum);
        *(vector_unaligned *)(out + base) = sum + bias;
    }
}

VECTOR_INLINE void dense_add_rows_body(const struct rows *rows, int64_t from, int64_t count,
                                       const float *r, float *sum)
{
    vector *packed = (vector *)sum;

    for (int64_t base = 0; base < count; base += LANES) {
        struct group group;

        group_set(&group, rows, from + base, count - base);
        for (int64_t v = 0; v < group.whole; v++) {
            vector total = packed[v];

            VECTOR_UNROLL
            for (int i = 0; i < LANES; i++)
                total += *(const vector_unaligned *)(group.row[i] + v * LANES) * r[base + i];
            packed[v] = total;
        }
        if (group.tail >= 0) {
            vector total = packed[group.whole];

            VECTOR_UNROLL
            for (int i = 0; i < LANES; i++)
                total += *(const vector_unaligned *)(group.row[i] + group.tail) * r[base + i];
            packed[group.whole] = total;
        }
    }
}

VECTOR_INLINE void dense_flush_body(int64_t count, float *part, double *total)
{
    const vector zero = {0};

    for (int64_t i = 0; i < count; i += LANES) {
        vector_add_double((vector_double *)(total + i), (const vector *)(part + i));
        *(vector *)(part + i) = zero;
    }
}

VECTOR_KERNEL(extern, dense_dot,
              (const struct rows *rows, int64_t from, int64_t count, const float *u, float bias,
               float *out),
              (rows, from, count, u, bias, out))
VECTOR_KERNEL(extern, dense_add_rows,
              (const struct rows *rows, int64_t from, int64_t count, const float *r,
               float *sum),
              (rows, from, count, r, sum))
VECTOR_KERNEL(extern, dense_flush, (int64_t count, float *part, double *total),
              (count, part, total))

const float *dense_gather(const struct rows *rows, int64_t from, int64_t count, float *room)
{
    const struct matrix *matrix = rows->matrix;
    size_t row_bytes = sizeof(float) * (size_t)matrix->features;

    if (!rows->index)
        return matrix->x + (rows->first + from) * matrix->features;
    for (int64_t i = 0; i < count; i++) {
        prefetch_row(rows, from + i + PREFETCH_ROWS);
        memcpy(room + i * matrix->features,
               matrix->x + (int64_t)rows->index[from + i] * matrix->features, row_bytes);
    }
    return room;
}
