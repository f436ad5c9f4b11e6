/* SPDX-License-Identifier: MIT
 * nearest.c -- see nearest.h: dense rows.
 *
 * WIDE_LANES rows go side by side, so that a product and a sum of each are one operation of
 * all, and what is nearest is found without sums across lanes; POINTS points are in work at
 * once, which keeps all partial sums in registers. */
#include "algorithms/math/nearest.h"

#include "algorithms/math/vector.h"

enum { POINTS = 5, SPREAD_FLOATS = 7168, AHEAD_BYTES = 512, LINE_BYTES = 64 };

/* Of one tile of points: -||c||^2 / 2 of each, then feature by feature the points' values. */
static int64_t tile_floats(int32_t features)
{
    return POINTS * (1 + dense_stride(features));
}

int64_t nearest_packed_floats(int32_t features, int32_t points)
{
    return tile_floats(features) * (((int64_t)points + POINTS - 1) / POINTS);
}

int64_t nearest_lanes_floats(int32_t features)
{
    int64_t least = WIDE_LANES * dense_stride(features);

    return least < SPREAD_FLOATS ? SPREAD_FLOATS : least;
}

void nearest_pack(const float *point, int32_t features, int32_t points, float *packed)
{
    memset(packed, 0, sizeof *packed * (size_t)nearest_packed_floats(features, points));
    for (int32_t first = 0; first < points; first += POINTS, packed += tile_floats(features))
        for (int32_t j = 0; j < POINTS; j++) {
            double square = 0;

            if (first + j >= points) { /* never the largest */
                packed[j] = -__builtin_inff();
                continue;
            }
            for (int32_t d = 0; d < features; d++) {
                float value = point[(int64_t)d * points + first + j];

                packed[POINTS * (1 + (int64_t)d) + j] = value;
                square += (double)value * value;
            }
            packed[j] = (float)(-square / 2);
        }
}

/* Four numbers of each of eight rows become four vectors, one for each number. */
VECTOR_INLINE void transpose(const float *x, int64_t stride, float *out)
{
    vector row[4], pair[4];

    VECTOR_UNROLL
    for (int i = 0; i < 4; i++) {
        vector_half low = *(const vector_half_unaligned *)(x + i * stride);
        vector_half high = *(const vector_half_unaligned *)(x + (i + 4) * stride);

        row[i] = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
    }
    VECTOR_UNROLL
    for (int i = 0; i < 4; i += 2) {
        pair[i] = __builtin_shufflevector(row[i], row[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        pair[i + 1] = __builtin_shufflevector(row[i], row[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    VECTOR_UNROLL
    for (int i = 0; i < 2; i++) {
        *(vector *)(out + 2 * i * WIDE_LANES) =
            __builtin_shufflevector(pair[i], pair[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
        *(vector *)(out + (2 * i + 1) * WIDE_LANES) =
            __builtin_shufflevector(pair[i], pair[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
}

/* WIDE_LANES rows become lanes: float[stride][WIDE_LANES]. */
VECTOR_INLINE void spread(const float *x, int64_t stride, float *lanes)
{
    for (int64_t at = 0; at < stride; at += 4) {
        int64_t from = at <= stride - 4 ? at : stride - 4; /* the tail goes over some again */

        transpose(x + from, stride, lanes + from * WIDE_LANES);
        transpose(x + LANES * stride + from, stride, lanes + from * WIDE_LANES + LANES);
    }
}

/* The same of fewer rows; idle lanes are 0. */
static void spread_some(const float *x, int64_t rows, int64_t stride, float *lanes)
{
    memset(lanes, 0, sizeof *lanes * WIDE_LANES * (size_t)stride);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t d = 0; d < stride; d++)
            lanes[d * WIDE_LANES + i] = x[i * stride + d];
}

struct best {
    wide score;
    wide_bits point;
};

VECTOR_INLINE void try_tile(const float *tile, const float *lanes, int64_t features,
                            uint32_t first, struct best *best)
{
    wide score[POINTS];

    VECTOR_UNROLL
    for (int j = 0; j < POINTS; j++)
        score[j] = (wide){0} + tile[j];
    for (int64_t d = 0; d < features; d++) {
        wide x = *(const wide *)(lanes + d * WIDE_LANES);

        tile += POINTS;
        VECTOR_UNROLL
        for (int j = 0; j < POINTS; j++)
            score[j] += x * tile[j];
    }
    VECTOR_UNROLL
    for (int j = 0; j < POINTS; j++) {
        wide_bits better = (wide_bits)(score[j] > best->score);

        best->score =
            (wide)(((wide_bits)score[j] & better) | ((wide_bits)best->score & ~better));
        best->point = ((first + (uint32_t)j) & better) | (best->point & ~better);
    }
}

/* Rows are spread so many at a time: what is written a moment ago in halves cannot yet be read
 * as a whole. */
VECTOR_INLINE int64_t rows_spread(int64_t stride)
{
    int64_t rows = SPREAD_FLOATS / stride / WIDE_LANES * WIDE_LANES;

    return rows < WIDE_LANES ? WIDE_LANES : rows;
}

/* While these rows are compared, those of the next block are fetched. */
VECTOR_INLINE void prefetch_following(const struct dense_block *block, int64_t row)
{
    int64_t row_bytes = (int64_t)sizeof(float) * block->stride;
    const char *begin = (const char *)block->x + (row + BLOCK_ROWS) * row_bytes;

    if (row_bytes > AHEAD_BYTES || row + BLOCK_ROWS + WIDE_LANES > block->count + block->more)
        return;
    for (int64_t offset = 0; offset < WIDE_LANES * row_bytes; offset += LINE_BYTES)
        __builtin_prefetch(begin + offset, 0, 2);
}

VECTOR_INLINE void find_some(const struct dense_block *block, int64_t from, int64_t rows,
                             const float *packed, int32_t points, const float *lanes,
                             int32_t *nearest)
{
    int64_t features = block->stride, tile = POINTS * (1 + features);

    for (int64_t i = 0; i < rows; i += WIDE_LANES, lanes += features * WIDE_LANES) {
        struct best best = {.score = (wide){0} - __builtin_inff()};
        const float *at = packed;

        prefetch_following(block, from + i);
        for (int32_t first = 0; first < points; first += POINTS, at += tile)
            try_tile(at, lanes, features, (uint32_t)first, &best);
        if (i + WIDE_LANES <= rows)
            memcpy(nearest + i, &best.point, sizeof best.point);
        else
            for (int64_t j = i; j < rows; j++)
                nearest[j] = (int32_t)best.point[j - i];
    }
}

VECTOR_INLINE void nearest_find_body(const struct dense_block *block, const float *packed,
                                     int32_t points, float *lanes, int32_t *nearest)
{
    int64_t features = block->stride, most = rows_spread(features);

    for (int64_t from = 0; from < block->count; from += most) {
        int64_t rows = block->count - from < most ? block->count - from : most;
        const float *x = block->x + from * features;

        for (int64_t i = 0; i < rows; i += WIDE_LANES)
            if (i + WIDE_LANES <= rows)
                spread(x + i * features, features, lanes + i * features);
            else
                spread_some(x + i * features, rows - i, features, lanes + i * features);
        find_some(block, from, rows, packed, points, lanes, nearest + from);
    }
}

VECTOR_INLINE void nearest_add_body(const struct dense_block *block, const int32_t *nearest,
                                    double *sum)
{
    int64_t stride = block->stride, packed = (stride + LANES - 1) / LANES * LANES;

    for (int64_t i = 0; i < block->count; i++) {
        const float *row = block->x + i * stride;
        double *to = sum + nearest[i] * packed;

        for (int64_t at = 0; at < packed; at += LANES) {
            int64_t from = at <= stride - LANES ? at : stride - LANES;
            vector x = *(const vector_unaligned *)(row + from);

            *(wide_double *)(to + at) += __builtin_convertvector(x, wide_double);
        }
    }
}

VECTOR_KERNEL_WIDE(extern, nearest_find,
                   (const struct dense_block *block, const float *packed, int32_t points,
                    float *lanes, int32_t *nearest),
                   (block, packed, points, lanes, nearest))
VECTOR_KERNEL_WIDE(extern, nearest_add,
                   (const struct dense_block *block, const int32_t *nearest, double *sum),
                   (block, nearest, sum))

VECTOR_INLINE void distance_body(const struct dense_block *block, const float *point,
                                 int64_t features, const int32_t *nearest, double *total)
{
    int64_t whole = features / LANES * LANES;

    for (int64_t i = 0; i < block->count; i++) {
        const float *x = block->x + i * block->stride, *c = point + nearest[i] * features;
        vector squares = {0};
        vector_double lanes[2] = {{0}, {0}};
        double rest = 0;

        for (int64_t at = 0; at < whole; at += LANES) {
            vector apart =
                *(const vector_unaligned *)(x + at) - *(const vector_unaligned *)(c + at);

            squares += apart * apart;
        }
        for (int64_t at = whole; at < features; at++) {
            double apart = (double)x[at] - c[at];

            rest += apart * apart;
        }
        vector_add_double(lanes, &squares);
        lanes[0] += lanes[1];
        *total += (lanes[0][0] + lanes[0][1]) + (lanes[0][2] + lanes[0][3]) + rest;
    }
}

VECTOR_KERNEL(static, distance,
              (const struct dense_block *block, const float *point, int64_t features,
               const int32_t *nearest, double *total),
              (block, point, features, nearest, total))

double nearest_distance(const struct dense_block *block, const float *point, int32_t features,
                        const int32_t *nearest)
{
    double total = 0;

    distance(block, point, features, nearest, &total);
    return total;
}
