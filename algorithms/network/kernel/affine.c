/* SPDX-License-Identifier: MIT
 * affine.c -- see affine.h. */
#include "algorithms/network/kernel/affine.h"
#include "algorithms/network/kernel/vector.h"

enum { RUN = 64 }; /* pixels that are summed before the sum goes to double */

LANES_INLINE void flush(lanes *run, double *total)
{
    real part[BLOCK];

    memcpy(part, run, sizeof part);
    for (int i = 0; i < BLOCK; i++)
        total[i] += (double)part[i];
    *run = (lanes){0};
}

LANES_INLINE void sum_squares_body(enum level level, const struct planes *p, const real *x,
                                   const real *shift, double *sum, double *square)
{
    lanes by = lanes_load(shift), s[2] = {{0}}, q[2] = {{0}};

    (void)level;
    memset(sum, 0, BLOCK * sizeof *sum);
    memset(square, 0, BLOCK * sizeof *square);
    for (int64_t image = 0; image < p->images; image++, x += p->between)
        for (int64_t from = 0; from < p->pixels; from += RUN) {
            int64_t end = from + RUN < p->pixels ? from + RUN : p->pixels, i = from;

            for (; i + 2 <= end; i += 2)
                LANES_UNROLL
            for (int k = 0; k < 2; k++) {
                lanes d = lanes_load(x + (i + k) * BLOCK) - by;

                s[k] += d;
                q[k] += d * d;
            }
            for (; i < end; i++) {
                lanes d = lanes_load(x + i * BLOCK) - by;

                s[0] += d;
                q[0] += d * d;
            }
            s[0] += s[1];
            q[0] += q[1];
            s[1] = q[1] = (lanes){0};
            flush(&s[0], sum);
            flush(&q[0], square);
        }
}
LANES_KERNEL(, sum_squares,
             LANES_PARAMETERS(const struct planes *p, const real *x, const real *shift,
                              double *sum, double *square),
             p, x, shift, sum, square)

LANES_INLINE lanes line(const real *x, lanes a, lanes b)
{
    b += lanes_load(x) * a;
    return b;
}

LANES_INLINE void affine_body(enum level level, const struct planes *p, const real *x,
                              const real *scale, const real *offset, real ceiling, real *y)
{
    lanes a = lanes_load(scale), b = lanes_load(offset), most = lanes_fill(ceiling);

    (void)level;
    for (int64_t image = 0; image < p->images; image++, x += p->between, y += p->between)
        if (isnan(ceiling))
            for (int64_t i = 0; i < p->pixels * BLOCK; i += BLOCK)
                lanes_store(y + i, line(x + i, a, b));
        else
            for (int64_t i = 0; i < p->pixels * BLOCK; i += BLOCK)
                lanes_store(y + i, lanes_cut(line(x + i, a, b), most));
}
LANES_KERNEL(, affine,
             LANES_PARAMETERS(const struct planes *p, const real *x, const real *scale,
                              const real *offset, real ceiling, real *y),
             p, x, scale, offset, ceiling, y)

/* dy where the output was not cut.  y is formed again, with the bits it had. */
LANES_INLINE lanes passed(const real *x, const real *dy, lanes a, lanes b, lanes most)
{
    return lanes_passed(line(x, a, b), most, lanes_load(dy));
}

LANES_INLINE void sum_slopes_body(enum level level, const struct affine_slopes *a, double *sum,
                                  double *product)
{
    lanes scale = lanes_load(a->scale), offset = lanes_load(a->offset),
          mean = lanes_load(a->mean);
    lanes most = lanes_fill(a->ceiling), s = {0}, q = {0};
    bool whole = isnan(a->ceiling);

    (void)level;
    memset(sum, 0, BLOCK * sizeof *sum);
    memset(product, 0, BLOCK * sizeof *product);
    for (int64_t image = 0; image < a->planes.images; image++) {
        const real *x = a->x + image * a->planes.between;
        const real *dy = a->dy + image * a->planes.between;

        for (int64_t from = 0; from < a->planes.pixels; from += RUN) {
            int64_t end = from + RUN < a->planes.pixels ? from + RUN : a->planes.pixels;

            for (int64_t i = from * BLOCK; i < end * BLOCK; i += BLOCK) {
                lanes slope =
                    whole ? lanes_load(dy + i) : passed(x + i, dy + i, scale, offset, most);
                lanes d = lanes_load(x + i) - mean;

                s += slope;
                q += slope * d;
            }
            flush(&s, sum);
            flush(&q, product);
        }
    }
}
LANES_KERNEL(, sum_slopes,
             LANES_PARAMETERS(const struct affine_slopes *a, double *sum, double *product), a,
             sum, product)

LANES_INLINE void affine_back_body(enum level level, const struct affine_slopes *s,
                                   const real *a, const real *b, const real *c, bool add,
                                   real *dx)
{
    lanes scale = lanes_load(s->scale), offset = lanes_load(s->offset),
          most = lanes_fill(s->ceiling);
    lanes by_dy = lanes_load(a), by_x = lanes_load(b), constant = lanes_load(c);
    bool whole = isnan(s->ceiling);

    (void)level;
    for (int64_t image = 0; image < s->planes.images; image++) {
        const real *x = s->x + image * s->planes.between;
        const real *dy = s->dy + image * s->planes.between;
        real *to = dx + image * s->planes.between;

        for (int64_t i = 0; i < s->planes.pixels * BLOCK; i += BLOCK) {
            lanes slope =
                whole ? lanes_load(dy + i) : passed(x + i, dy + i, scale, offset, most);
            lanes sum = line(x + i, by_x, constant);

            sum += slope * by_dy;
            lanes_store(to + i, add ? lanes_load(to + i) + sum : sum);
        }
    }
}
LANES_KERNEL(, affine_back,
             LANES_PARAMETERS(const struct affine_slopes *s, const real *a, const real *b,
                              const real *c, bool add, real *dx),
             s, a, b, c, add, dx)
