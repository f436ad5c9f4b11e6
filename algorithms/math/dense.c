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

int64_t dense_stride(int32_t features)
{
    return features < LANES ? LANES : features;
}

/* How a row of at least LANES floats is read: vectors at 0, LANES, 2 LANES ... and one at tail.
 */
struct reading {
    int64_t whole;
    int64_t tail; /* -1: none */
};

VECTOR_INLINE struct reading reading_of(int64_t features)
{
    return (struct reading){.whole = features / LANES,
                            .tail = features % LANES ? features - LANES : -1};
}

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

VECTOR_INLINE void gather_body(const struct rows *rows, int64_t from, int64_t count,
                               float *room)
{
    int64_t features = rows->matrix->features;
    struct reading reading = reading_of(features);

    for (int64_t i = 0; i < count; i++) {
        const float *row = rows->matrix->x + rows->index[from + i] * features;

        prefetch_listed(rows, from + i + AHEAD_ROWS);
        for (int64_t v = 0; v < reading.whole * LANES; v += LANES)
            *(vector_unaligned *)(room + v) = *(const vector_unaligned *)(row + v);
        if (reading.tail >= 0)
            *(vector_unaligned *)(room + reading.tail) =
                *(const vector_unaligned *)(row + reading.tail);
        room += features;
    }
}

VECTOR_KERNEL(static, gather,
              (const struct rows *rows, int64_t from, int64_t count, float *room),
              (rows, from, count, room))

static void gather_short(const struct rows *rows, int64_t from, int64_t count, float *room)
{
    int32_t features = rows->matrix->features;

    memset(room, 0, sizeof *room * LANES * (size_t)count);
    for (int64_t i = 0; i < count; i++)
        memcpy(room + i * LANES, rows->matrix->x + rows_at(*rows, from + i) * features,
               sizeof *room * (size_t)features);
}

struct dense_block dense_block(const struct rows *rows, int64_t from, int64_t count,
                               float *room)
{
    int64_t stride = dense_stride(rows->matrix->features);

    if (stride > rows->matrix->features)
        gather_short(rows, from, count, room);
    else if (rows->index)
        gather(rows, from, count, room);
    else
        return (struct dense_block){.x = rows->matrix->x + (rows->first + from) * stride,
                                    .stride = stride,
                                    .count = count,
                                    .more = rows->count - from - count};
    return (struct dense_block){.x = room, .stride = stride, .count = count};
}

/* The LANES rows that lie AHEAD_ROWS behind x, if there are so many. */
VECTOR_INLINE void prefetch_following(const float *x, int64_t stride, int64_t rows_left)
{
    int64_t row_bytes = (int64_t)sizeof(float) * stride;
    const char *begin = (const char *)x + AHEAD_ROWS * row_bytes;

    if (row_bytes > AHEAD_BYTES || rows_left < AHEAD_ROWS + LANES)
        return;
    for (int64_t offset = 0; offset < LANES * row_bytes; offset += LINE_BYTES)
        __builtin_prefetch(begin + offset);
}

/* out[0 .. LANES) of `rows` rows (LANES or 1: a constant, so that loops unroll) from x on. */
VECTOR_INLINE void dot_rows(const float *x, int64_t stride, struct reading reading, int rows,
                            const vector *u, float bias, float *out)
{
    vector part[LANES], sum; /* not = {0}: gcc would clear it in memory, which takes longer */

    VECTOR_UNROLL
    for (int i = 0; i < LANES; i++)
        part[i] = i < rows ? *(const vector_unaligned *)(x + i * stride) * u[0] : (vector){0};
    for (int64_t v = 1; v < reading.whole; v++) {
        VECTOR_UNROLL
        for (int i = 0; i < rows; i++)
            part[i] += *(const vector_unaligned *)(x + i * stride + v * LANES) * u[v];
    }
    if (reading.tail >= 0) {
        VECTOR_UNROLL
        for (int i = 0; i < rows; i++)
            part[i] +=
                *(const vector_unaligned *)(x + i * stride + reading.tail) * u[reading.whole];
    }
    vector_sum_lanes(part, &sum);
    *(vector_unaligned *)out = sum + bias;
}

VECTOR_INLINE void dense_dot_body(const struct dense_block *block, const float *u, float bias,
                                  float *out)
{
    const vector *packed = (const vector *)u;
    int64_t stride = block->stride, count = block->count, base;
    struct reading reading = reading_of(stride);
    const float *x = block->x;

    for (base = 0; base + LANES <= count; base += LANES, x += LANES * stride) {
        prefetch_following(x, stride, count + block->more - base);
        dot_rows(x, stride, reading, LANES, packed, bias, out + base);
    }
    for (; base < count; base++, x += stride) {
        float lanes[LANES];

        dot_rows(x, stride, reading, 1, packed, bias, lanes);
        out[base] = lanes[0];
    }
}

VECTOR_INLINE void add_rows(const float *x, int64_t stride, struct reading reading, int rows,
                            const float *r, vector *sum)
{
    for (int64_t v = 0; v < reading.whole; v++) {
        vector total = sum[v];

        VECTOR_UNROLL
        for (int i = 0; i < rows; i++)
            total += *(const vector_unaligned *)(x + i * stride + v * LANES) * r[i];
        sum[v] = total;
    }
    if (reading.tail >= 0) {
        vector total = sum[reading.whole];

        VECTOR_UNROLL
        for (int i = 0; i < rows; i++)
            total += *(const vector_unaligned *)(x + i * stride + reading.tail) * r[i];
        sum[reading.whole] = total;
    }
}

VECTOR_INLINE void dense_add_rows_body(const struct dense_block *block, const float *r,
                                       float *sum)
{
    int64_t stride = block->stride, count = block->count, base;
    struct reading reading = reading_of(stride);
    const float *x = block->x;

    for (base = 0; base + LANES <= count; base += LANES, x += LANES * stride)
        add_rows(x, stride, reading, LANES, r + base, (vector *)sum);
    for (; base < count; base++, x += stride)
        add_rows(x, stride, reading, 1, r + base, (vector *)sum);
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
              (const struct dense_block *block, const float *u, float bias, float *out),
              (block, u, bias, out))
VECTOR_KERNEL(extern, dense_add_rows,
              (const struct dense_block *block, const float *r, float *sum), (block, r, sum))
VECTOR_KERNEL(extern, dense_flush, (int64_t count, float *part, double *total),
              (count, part, total))
