/* SPDX-License-Identifier: MIT
 * convolve.c -- see convolve.h. */
#include "algorithms/network/kernel/convolve.h"
#include "algorithms/network/kernel/vector.h"

/* -- Forward, and backward to the data ------------------------------------------------------
 */

/* A tile of high x wide pixels from (row, column) on, of V blocks of outputs.  All three are
 * constants, so that the sums live in registers. */
LANES_INLINE void tile(const struct convolve *c, int high, int wide, int V, int64_t row,
                       int64_t column)
{
    const real *x = c->x + row * c->x_pitch + column * BLOCK;
    const real *w = c->w;
    real *y = c->y + row * c->y_pitch + column * c->y_pixel;
    lanes sum[32], weight[2];

    LANES_UNROLL
    for (int i = 0; i < high * wide; i++)
        LANES_UNROLL
    for (int v = 0; v < V; v++)
        sum[i * V + v] =
            c->add
                ? *(lanes *)(y + i / wide * c->y_pitch + i % wide * c->y_pixel + v * c->y_block)
                : (lanes){0};
    for (int64_t t = 0; t < c->taps; t++) {
        const real *pixel = x + c->tap[t];

        for (int channel = 0; channel < BLOCK; channel++, w += V * BLOCK) {
            LANES_UNROLL
            for (int v = 0; v < V; v++)
                weight[v] = *(const lanes *)(w + v * BLOCK);
            LANES_UNROLL
            for (int i = 0; i < high * wide; i++) {
                real number = pixel[i / wide * c->x_pitch + i % wide * BLOCK + channel];

                LANES_UNROLL
                for (int v = 0; v < V; v++)
                    sum[i * V + v] += number * weight[v];
            }
        }
    }
    LANES_UNROLL
    for (int i = 0; i < high * wide; i++)
        LANES_UNROLL
    for (int v = 0; v < V; v++)
        *(lanes *)(y + i / wide * c->y_pitch + i % wide * c->y_pixel + v * c->y_block) =
            sum[i * V + v];
}

/* Four columns at once, of two rows while there are two: images may be as small as that. */
LANES_INLINE void four_columns(const struct convolve *c, int V, int64_t column)
{
    int64_t row = 0;

    for (; row + 2 <= c->rows; row += 2)
        tile(c, 2, 4, V, row, column);
    for (; row < c->rows; row++)
        tile(c, 1, 4, V, row, column);
}

LANES_INLINE void two_columns(const struct convolve *c, int V, int64_t column)
{
    int64_t row = 0;

    for (; row + 4 <= c->rows; row += 4)
        tile(c, 4, 2, V, row, column);
    for (; row < c->rows; row++)
        tile(c, 1, 2, V, row, column);
}

/* With 32 registers. */
LANES_INLINE void wide_tiles(const struct convolve *c, int V)
{
    int64_t most = V == 2 ? 14 : 16, column = 0;

    if (c->columns % most == 0)
        for (int64_t row = 0; row < c->rows; row++)
            for (column = 0; column < c->columns; column += most)
                tile(c, 1, V == 2 ? 14 : 16, V, row, column);
    else
        for (; column + 8 <= c->columns; column += 8)
            for (int64_t row = 0; row < c->rows; row++)
                tile(c, 1, 8, V, row, column);
    for (; column + 4 <= c->columns; column += 4)
        four_columns(c, V, column);
    for (; column + 2 <= c->columns; column += 2)
        two_columns(c, V, column);
    for (; column < c->columns; column++)
        for (int64_t row = 0; row < c->rows; row++)
            tile(c, 1, 1, V, row, column);
}

LANES_INLINE void convolve_body(enum level level, const struct convolve *c)
{
    if (level == LEVEL_AVX512) {
        if (c->vectors == 2)
            wide_tiles(c, 2);
        else
            wide_tiles(c, 1);
        return;
    }
    for (int64_t row = 0; row < c->rows; row++) {
        int64_t column = 0;

        for (; column + 4 <= c->columns; column += 4)
            tile(c, 1, 4, 1, row, column);
        for (; column < c->columns; column++)
            tile(c, 1, 1, 1, row, column);
    }
}
LANES_KERNEL(, convolve, LANES_PARAMETERS(const struct convolve *c), c)

/* -- Backward to the weights ----------------------------------------------------------------
 */

/* `channels` input channels from `first` on; sums in registers over all pixels of the images.
 */
LANES_INLINE void outer_tile(const struct convolve_weights *c, int channels, int V, int first)
{
    real *dw = c->dw + (int64_t)first * V * BLOCK;
    lanes sum[16], d[2];

    LANES_UNROLL
    for (int i = 0; i < channels * V; i++)
        sum[i] = *(const lanes *)(dw + i * BLOCK);
    for (int64_t image = 0; image < c->images; image++)
        for (int64_t row = 0; row < c->rows; row++) {
            const real *x = c->x + image * c->x_image + row * c->x_pitch + first;
            const real *dy = c->dy + image * c->y_image + row * c->y_pitch;

            for (int64_t column = 0; column < c->columns; column++, x += BLOCK, dy += BLOCK) {
                LANES_UNROLL
                for (int v = 0; v < V; v++)
                    d[v] = *(const lanes *)(dy + v * c->y_block);
                LANES_UNROLL
                for (int i = 0; i < channels; i++)
                    LANES_UNROLL
                for (int v = 0; v < V; v++)
                    sum[i * V + v] += x[i] * d[v];
            }
        }
    LANES_UNROLL
    for (int i = 0; i < channels * V; i++)
        *(lanes *)(dw + i * BLOCK) = sum[i];
}

LANES_INLINE void convolve_weights_body(enum level level, const struct convolve_weights *c)
{
    if (level != LEVEL_AVX512)
        for (int first = 0; first < BLOCK; first += 4)
            outer_tile(c, 4, 1, first);
    else if (c->vectors == 2)
        for (int first = 0; first < BLOCK; first += 8)
            outer_tile(c, 8, 2, first);
    else
        outer_tile(c, BLOCK, 1, 0);
}
LANES_KERNEL(, convolve_weights, LANES_PARAMETERS(const struct convolve_weights *c), c)
