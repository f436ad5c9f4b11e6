/* SPDX-License-Identifier: MIT
 * pool.c -- see pool.h. */
#include "algorithms/network/kernel/pool.h"
#include "algorithms/network/kernel/vector.h"

/* The part of an output's window that lies inside the plane. */
struct window {
    int64_t row, column; /* of its corner, which may be outside */
    int64_t top, bottom, left, right;
};

LANES_INLINE struct window window_of(const struct pool *p, int64_t i, int64_t j)
{
    struct window w = {.row = i * p->stride - p->padding, .column = j * p->stride - p->padding};
    int64_t bottom = w.row + p->window_height, right = w.column + p->window_width;

    w.top = w.row < 0 ? 0 : w.row;
    w.left = w.column < 0 ? 0 : w.column;
    w.bottom = bottom < p->height ? bottom : p->height;
    w.right = right < p->width ? right : p->width;
    return w;
}

LANES_INLINE lane_bits index_of(const struct pool *p, const struct window *w, int64_t row,
                                int64_t column)
{
    return (lane_bits){0} + (int)((row - w->row) * p->window_width + column - w->column);
}

LANES_INLINE void largest(const struct pool *p, const real *x, int64_t i, int64_t j, real *y,
                          lane_bits *index)
{
    struct window w = window_of(p, i, j);
    lanes best = lanes_fill(-INFINITY);
    lane_bits where = index_of(p, &w, w.top, w.left);

    for (int64_t row = w.top; row < w.bottom; row++)
        for (int64_t column = w.left; column < w.right; column++) {
            lanes number = *(const lanes *)(x + (row * p->width + column) * BLOCK);
            lane_bits better = (number > best) | (number != number);

            best = lanes_choose(better, number, best);
            where = (better & index_of(p, &w, row, column)) | (~better & where);
        }
    *(lanes *)y = best;
    if (index)
        *index = where;
}

LANES_INLINE void pool_max_body(enum level level, const struct pool *p, const real *x, real *y,
                                void *index)
{
    lane_bits *where = index;

    (void)level;
    for (int64_t plane = 0; plane < p->planes; plane++, x += p->height * p->width * BLOCK)
        for (int64_t i = 0; i < p->rows; i++)
            for (int64_t j = 0; j < p->columns; j++, y += BLOCK)
                largest(p, x, i, j, y, where ? where++ : NULL);
}
LANES_KERNEL(, pool_max,
             LANES_PARAMETERS(const struct pool *p, const real *x, real *y, void *index), p, x,
             y, index)

LANES_INLINE void pool_max_back_body(enum level level, const struct pool *p, const real *dy,
                                     const void *index, bool add, real *dx)
{
    const lane_bits *where = index;
    int64_t plane_reals = p->height * p->width * BLOCK;

    (void)level;
    if (!add)
        memset(dx, 0, (size_t)(p->planes * plane_reals) * sizeof *dx);
    for (int64_t plane = 0; plane < p->planes; plane++, dx += plane_reals)
        for (int64_t i = 0; i < p->rows; i++)
            for (int64_t j = 0; j < p->columns; j++, dy += BLOCK, where++) {
                struct window w = window_of(p, i, j);

                for (int64_t row = w.top; row < w.bottom; row++)
                    for (int64_t column = w.left; column < w.right; column++)
                        *(lanes *)(dx + (row * p->width + column) * BLOCK) +=
                            lanes_choose(*where == index_of(p, &w, row, column),
                                         *(const lanes *)dy, (lanes){0});
            }
}
LANES_KERNEL(, pool_max_back,
             LANES_PARAMETERS(const struct pool *p, const real *dy, const void *index, bool add,
                              real *dx),
             p, dy, index, add, dx)

LANES_INLINE void pool_mean_body(enum level level, const struct pool *p, const real *x, real *y)
{
    real share = 1 / (real)(p->window_height * p->window_width);

    (void)level;
    for (int64_t plane = 0; plane < p->planes; plane++, x += p->height * p->width * BLOCK)
        for (int64_t i = 0; i < p->rows; i++)
            for (int64_t j = 0; j < p->columns; j++, y += BLOCK) {
                struct window w = window_of(p, i, j);
                lanes sum = {0};

                for (int64_t row = w.top; row < w.bottom; row++)
                    for (int64_t column = w.left; column < w.right; column++)
                        sum += *(const lanes *)(x + (row * p->width + column) * BLOCK);
                *(lanes *)y = sum * share;
            }
}
LANES_KERNEL(, pool_mean, LANES_PARAMETERS(const struct pool *p, const real *x, real *y), p, x,
             y)

LANES_INLINE void pool_mean_back_body(enum level level, const struct pool *p, const real *dy,
                                      bool add, real *dx)
{
    real share = 1 / (real)(p->window_height * p->window_width);
    int64_t plane_reals = p->height * p->width * BLOCK;

    (void)level;
    if (!add)
        memset(dx, 0, (size_t)(p->planes * plane_reals) * sizeof *dx);
    for (int64_t plane = 0; plane < p->planes; plane++, dx += plane_reals)
        for (int64_t i = 0; i < p->rows; i++)
            for (int64_t j = 0; j < p->columns; j++, dy += BLOCK) {
                struct window w = window_of(p, i, j);
                lanes slope = *(const lanes *)dy;

                for (int64_t row = w.top; row < w.bottom; row++)
                    for (int64_t column = w.left; column < w.right; column++)
                        *(lanes *)(dx + (row * p->width + column) * BLOCK) += slope * share;
            }
}
LANES_KERNEL(, pool_mean_back,
             LANES_PARAMETERS(const struct pool *p, const real *dy, bool add, real *dx), p, dy,
             add, dx)
