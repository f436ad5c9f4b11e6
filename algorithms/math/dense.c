/* SPDX-License-Identifier: MIT
 * dense.c -- see dense.h.  Rows are taken LANES at a time: their dot products end up in the
 * lanes of one vector by one tree of additions, and each vector of the sum is loaded and stored
 * once for LANES rows. */
#include "algorithms/math/dense.h"

#include "algorithms/math/vector.h"

/* A row's arithmetic takes a few nanoseconds, main memory a hundred: rows are asked for this
 * far ahead, the rest of long ones being left to the CPU's own prefetching. */
enum { AHEAD_ROWS = 32, AHEAD_BYTES = 512, LINE_BYTES = 64 };

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

VECTOR_INLINE void prefetch_listed(const struct rows *rows, int64_t position)
{
    const struct matrix *matrix = rows->matrix;
    int64_t row = rows->index[position < rows->count ? position : rows->count - 1];
    const char *begin = (const char *)(matrix->x + row * matrix->features);
    int64_t bytes = (int64_t)sizeof(float) * matrix->features;

    if (bytes > AHEAD_BYTES)
        bytes = AHEAD_BYTES;
    for (int64_t offset = 0; offset < bytes; offset += LINE_BYTES)
        __builtin_prefetch(begin + offset);
    __builtin_prefetch(begin + bytes - 1);
    __builtin_prefetch(matrix->y + row);
}

/* LANES rows that follow one another, as far ahead of `at`. */
VECTOR_INLINE void prefetch_contiguous(const struct rows *rows, const float *at,
                                       int64_t rows_left)
{
    int64_t row_bytes = (int64_t)sizeof(float) * rows->matrix->features;
    const char *begin = (const char *)at + AHEAD_ROWS * row_bytes;

    if (row_bytes > AHEAD_BYTES || rows_left < AHEAD_ROWS + LANES)
        return;
    for (int64_t offset = 0; offset < LANES * row_bytes; offset += LINE_BYTES)
        __builtin_prefetch(begin + offset);
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

/* Where row i of LANES begins: listed rows by pointer, others `stride` floats apart. */
VECTOR_INLINE const float *row_begin(const float *const *row, const float *first,
                                     int64_t stride, int i)
{
    return row ? row[i] : first + i * stride;
}

/* One vector of each of LANES rows: part += x[.][at ...] u. */
VECTOR_INLINE void dot_vectors(const float *const *row, const float *first, int64_t stride,
                               int64_t whole, int64_t tail, const vector *u, float bias,
                               float *out)
{
    vector part[LANES] = {0}, sum;

    for (int64_t v = 0; v < whole; v++) {
        VECTOR_UNROLL
        for (int i = 0; i < LANES; i++)
            part[i] +=
                *(const vector_unaligned *)(row_begin(row, first, stride, i) + v * LANES) *
                u[v];
    }
    if (tail >= 0) {
        VECTOR_UNROLL
        for (int i = 0; i < LANES; i++)
            part[i] +=
                *(const vector_unaligned *)(row_begin(row, first, stride, i) + tail) * u[whole];
    }
    vector_sum_lanes(part, &sum);
    *(vector_unaligned *)out = sum + bias;
}

VECTOR_INLINE void add_vectors(const float *const *row, const float *first, int64_t stride,
                               int64_t whole, int64_t tail, const float *r, vector *sum)
{
    for (int64_t v = 0; v < whole; v++) {
        vector total = sum[v];

        VECTOR_UNROLL
        for (int i = 0; i < LANES; i++)
            total += *(const vector_unaligned *)(row_begin(row, first, stride, i) + v * LANES) *
                     r[i];
        sum[v] = total;
    }
    if (tail >= 0) {
        vector total = sum[whole];

        VECTOR_UNROLL
        for (int i = 0; i < LANES; i++)
            total +=
                *(const vector_unaligned *)(row_begin(row, first, stride, i) + tail) * r[i];
        sum[whole] = total;
    }
}

/* How many of the rows form whole groups that can be read without a list. */
VECTOR_INLINE int64_t contiguous_rows(const struct rows *rows, int64_t count)
{
    return rows->index || rows->matrix->features < LANES ? 0 : count / LANES * LANES;
}

VECTOR_INLINE void dense_dot_body(const struct rows *rows, int64_t from, int64_t count,
                                  const float *u, float bias, float *out)
{
    const vector *packed = (const vector *)u;
    int64_t D = rows->matrix->features, whole = D / LANES, tail = D % LANES ? D - LANES : -1;
    int64_t contiguous = contiguous_rows(rows, count), base;

    for (base = 0; base < contiguous; base += LANES) {
        const float *first = rows->matrix->x + (rows->first + from + base) * D;

        prefetch_contiguous(rows, first, rows->count - from - base);
        dot_vectors(NULL, first, D, whole, tail, packed, bias, out + base);
    }
    for (; base < count; base += LANES) {
        struct group group;

        if (rows->index)
            for (int i = 0; i < LANES; i++)
                prefetch_listed(rows, from + base + AHEAD_ROWS + i);
        group_set(&group, rows, from + base, count - base);
        dot_vectors(group.row, NULL, 0, group.whole, group.tail, packed, bias, out + base);
    }
}

VECTOR_INLINE void dense_add_rows_body(const struct rows *rows, int64_t from, int64_t count,
                                       const float *r, float *sum)
{
    vector *packed = (vector *)sum;
    int64_t D = rows->matrix->features, whole = D / LANES, tail = D % LANES ? D - LANES : -1;
    int64_t contiguous = contiguous_rows(rows, count), base;

    for (base = 0; base < contiguous; base += LANES)
        add_vectors(NULL, rows->matrix->x + (rows->first + from + base) * D, D, whole, tail,
                    r + base, packed);
    for (; base < count; base += LANES) {
        struct group group;

        group_set(&group, rows, from + base, count - base);
        add_vectors(group.row, NULL, 0, group.whole, group.tail, r + base, packed);
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
        prefetch_listed(rows, from + i + AHEAD_ROWS);
        memcpy(room + i * matrix->features,
               matrix->x + (int64_t)rows->index[from + i] * matrix->features, row_bytes);
    }
    return room;
}
