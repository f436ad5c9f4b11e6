/* SPDX-License-Identifier: MIT
 * depthwise.c -- see depthwise.h. */
#include "algorithms/network/kernel/depthwise.h"
#include "algorithms/network/kernel/vector.h"

/* `wide` pixels of a row, whose sums stay in registers. */
LANES_INLINE void pixels(const struct depthwise *d, int wide, int64_t row, int64_t column)
{
    const real *x = d->x + row * d->x_pitch + column * BLOCK;
    real *y = d->y + row * d->y_pitch + column * d->y_pixel;
    lanes sum[8];

    LANES_UNROLL
    for (int i = 0; i < wide; i++)
        sum[i] = d->add ? *(lanes *)(y + i * d->y_pixel) : (lanes){0};
    for (int64_t t = 0; t < d->taps; t++) {
        const real *from = x + d->tap[t];
        lanes weight = *(const lanes *)(d->w + t * BLOCK);

        LANES_UNROLL
        for (int i = 0; i < wide; i++)
            sum[i] += *(const lanes *)(from + i * BLOCK) * weight;
    }
    LANES_UNROLL
    for (int i = 0; i < wide; i++)
        *(lanes *)(y + i * d->y_pixel) = sum[i];
}

LANES_INLINE void depthwise_body(enum level level, const struct depthwise *d)
{
    (void)level;
    for (int64_t row = 0; row < d->rows; row++) {
        int64_t column = 0;

        for (; column + 8 <= d->columns; column += 8)
            pixels(d, 8, row, column);
        for (; column + 4 <= d->columns; column += 4)
            pixels(d, 4, row, column);
        for (; column < d->columns; column++)
            pixels(d, 1, row, column);
    }
}
LANES_KERNEL(, depthwise, LANES_PARAMETERS(const struct depthwise *d), d)

/* `count` taps from `first` on share each dy. */
LANES_INLINE void some_taps(const struct depthwise_weights *d, int count, int64_t first)
{
    lanes sum[9];

    LANES_UNROLL
    for (int t = 0; t < count; t++)
        sum[t] = *(const lanes *)(d->dw + (first + t) * BLOCK);
    for (int64_t row = 0; row < d->rows; row++) {
        const real *x = d->x + row * d->x_pitch;
        const real *dy = d->dy + row * d->columns * BLOCK;

        for (int64_t column = 0; column < d->columns; column++, x += BLOCK, dy += BLOCK) {
            lanes slope = *(const lanes *)dy;

            LANES_UNROLL
            for (int t = 0; t < count; t++)
                sum[t] += *(const lanes *)(x + d->tap[first + t]) * slope;
        }
    }
    LANES_UNROLL
    for (int t = 0; t < count; t++)
        *(lanes *)(d->dw + (first + t) * BLOCK) = sum[t];
}

LANES_INLINE void depthwise_weights_body(enum level level, const struct depthwise_weights *d)
{
    int64_t first = 0;

    (void)level;
    for (; first + 9 <= d->taps; first += 9)
        some_taps(d, 9, first);
    for (; first + 4 <= d->taps; first += 4)
        some_taps(d, 4, first);
    for (; first < d->taps; first++)
        some_taps(d, 1, first);
}
LANES_KERNEL(, depthwise_weights, LANES_PARAMETERS(const struct depthwise_weights *d), d)
