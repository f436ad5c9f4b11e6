/* SPDX-License-Identifier: MIT
 * elementwise.c -- see elementwise.h. */
#include "algorithms/network/kernel/elementwise.h"
#include "algorithms/network/kernel/vector.h"

LANES_INLINE void add_and_cut_body(enum level level, int64_t count, const real *a,
                                   const real *b, real ceiling, real *y)
{
    lanes most = lanes_fill(ceiling);

    (void)level;
    for (int64_t i = 0; i < count; i += BLOCK) {
        lanes sum = lanes_load_part(a + i, count - i);

        if (b)
            sum += lanes_load_part(b + i, count - i);
        if (!isnan(ceiling))
            sum = lanes_cut(sum, most);
        lanes_store_part(y + i, sum, count - i);
    }
}
LANES_KERNEL(, add_and_cut,
             LANES_PARAMETERS(int64_t count, const real *a, const real *b, real ceiling,
                              real *y),
             count, a, b, ceiling, y)

LANES_INLINE void pass_back_body(enum level level, int64_t count, const real *y, real ceiling,
                                 const real *dy, bool add, real *dx)
{
    lanes most = lanes_fill(ceiling);

    (void)level;
    for (int64_t i = 0; i < count; i += BLOCK) {
        lanes slope = lanes_load_part(dy + i, count - i);

        if (!isnan(ceiling))
            slope = lanes_passed(lanes_load_part(y + i, count - i), most, slope);
        if (add)
            slope += lanes_load_part(dx + i, count - i);
        lanes_store_part(dx + i, slope, count - i);
    }
}
LANES_KERNEL(, pass_back,
             LANES_PARAMETERS(int64_t count, const real *y, real ceiling, const real *dy,
                              bool add, real *dx),
             count, y, ceiling, dy, add, dx)

LANES_INLINE void multiply_body(enum level level, int64_t count, const real *a, const real *b,
                                bool add, real *y)
{
    (void)level;
    for (int64_t i = 0; i < count; i += BLOCK) {
        lanes sum = add ? lanes_load_part(y + i, count - i) : (lanes){0};

        sum += lanes_load_part(a + i, count - i) * lanes_load_part(b + i, count - i);
        lanes_store_part(y + i, sum, count - i);
    }
}
LANES_KERNEL(, multiply,
             LANES_PARAMETERS(int64_t count, const real *a, const real *b, bool add, real *y),
             count, a, b, add, y)
