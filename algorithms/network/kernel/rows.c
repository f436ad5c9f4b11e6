/* SPDX-License-Identifier: MIT
 * rows.c -- see rows.h. */
#include "algorithms/network/kernel/rows.h"
#include "algorithms/network/kernel/vector.h"

static int64_t padded(int64_t count)
{
    return blocks_of(count) * BLOCK;
}

int64_t rows_scratch(int64_t examples, int64_t inputs, int64_t outputs)
{
    return padded(examples) * (inputs + outputs);
}

/* turned[j][i] = x[i][j], with zeros up to a full block of i. */
static void turn(const real *x, int64_t rows, int64_t columns, real *turned)
{
    int64_t width = padded(rows);

    for (int64_t from = 0; from < width; from += BLOCK)
        for (int64_t j = 0; j < columns; j++)
            for (int64_t i = from; i < from + BLOCK; i++)
                turned[j * width + i] = i < rows ? x[i * columns + j] : 0;
}

static void turn_back(const real *turned, int64_t rows, int64_t columns, real *x)
{
    int64_t width = padded(rows);

    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            x[i * columns + j] = turned[j * width + i];
}

/* -- A tile of sum over k of number[k][i] vector[k][v] --------------------------------------
 */

/* `count` numbers times V vectors; constants, so that the sums live in registers. */
struct tile {
    const real *number;
    int64_t number_i, number_k; /* reals from i to i, from k to k */
    const real *vector;
    int64_t vector_k;
    int64_t terms; /* k */
    real *to;
    int64_t to_i;
    int64_t wide; /* reals of the last vector that exist */
    bool add;
};

LANES_INLINE void tile(const struct tile *t, int count, int V, bool whole)
{
    const real *number = t->number, *vector = t->vector;
    int64_t wide = whole ? BLOCK : t->wide;
    lanes sum[28], part[2];

    LANES_UNROLL
    for (int i = 0; i < count; i++)
        LANES_UNROLL
    for (int v = 0; v < V; v++)
        sum[i * V + v] =
            t->add ? lanes_load_part(t->to + i * t->to_i + v * BLOCK, v == V - 1 ? wide : BLOCK)
                   : (lanes){0};
    for (int64_t k = 0; k < t->terms; k++, number += t->number_k, vector += t->vector_k) {
        LANES_UNROLL
        for (int v = 0; v < V; v++)
            part[v] = lanes_load_part(vector + v * BLOCK, v == V - 1 ? wide : BLOCK);
        LANES_UNROLL
        for (int i = 0; i < count; i++)
            LANES_UNROLL
        for (int v = 0; v < V; v++)
            sum[i * V + v] += number[i * t->number_i] * part[v];
    }
    LANES_UNROLL
    for (int i = 0; i < count; i++)
        LANES_UNROLL
    for (int v = 0; v < V; v++)
        lanes_store_part(t->to + i * t->to_i + v * BLOCK, sum[i * V + v],
                         v == V - 1 ? wide : BLOCK);
}

/* All i of [0, count) at one place of the vectors. */
LANES_INLINE void column(struct tile t, int64_t count, int V, bool whole)
{
    int64_t i = 0;

    for (; i + 8 <= count; i += 8, t.number += 8 * t.number_i, t.to += 8 * t.to_i)
        tile(&t, 8, V, whole);
    for (; i + 4 <= count; i += 4, t.number += 4 * t.number_i, t.to += 4 * t.to_i)
        tile(&t, 4, V, whole);
    for (; i < count; i++, t.number += t.number_i, t.to += t.to_i)
        tile(&t, 1, V, whole);
}

/* All of vectors of `width` reals. */
LANES_INLINE void all_columns(enum level level, struct tile t, int64_t count, int64_t width)
{
    int64_t at = 0;

    if (level == LEVEL_AVX512)
        for (; at + 2 * BLOCK <= width;
             at += 2 * BLOCK, t.vector += 2 * BLOCK, t.to += 2 * BLOCK)
            column(t, count, 2, true);
    for (; at + BLOCK <= width; at += BLOCK, t.vector += BLOCK, t.to += BLOCK)
        column(t, count, 1, true);
    t.wide = width - at;
    if (t.wide > 0)
        column(t, count, 1, false);
}

LANES_INLINE void products_body(enum level level, const struct tile *t, int64_t count,
                                int64_t width)
{
    all_columns(level, *t, count, width);
}
LANES_KERNEL(static, products,
             LANES_PARAMETERS(const struct tile *t, int64_t count, int64_t width), t, count,
             width)

/* -- The three products ---------------------------------------------------------------------
 */

void rows_forward(enum level level, const struct rows_product *p)
{
    int64_t width = padded(p->examples);
    real *out = p->turned + width * p->inputs;
    struct tile t = {.number = p->w,
                     .number_i = p->inputs,
                     .number_k = 1,
                     .vector = p->turned,
                     .vector_k = width,
                     .terms = p->inputs,
                     .to = out,
                     .to_i = width,
                     .add = true};

    turn(p->x, p->examples, p->inputs, p->turned);
    for (int64_t o = 0; o < p->outputs; o++)
        for (int64_t n = 0; n < width; n++)
            out[o * width + n] = p->bias ? p->bias[o] : 0;
    products(level, &t, p->outputs, width);
    turn_back(out, p->examples, p->outputs, p->y);
}

void rows_to_data(enum level level, const struct rows_product *p)
{
    struct tile t = {.number = p->dy,
                     .number_i = p->outputs,
                     .number_k = 1,
                     .vector = p->w,
                     .vector_k = p->inputs,
                     .terms = p->outputs,
                     .to = p->dx,
                     .to_i = p->inputs,
                     .add = p->add};

    products(level, &t, p->examples, p->inputs);
}

void rows_to_weights(enum level level, const struct rows_product *p)
{
    struct tile t = {.number = p->dy,
                     .number_i = 1,
                     .number_k = p->outputs,
                     .vector = p->x,
                     .vector_k = p->inputs,
                     .terms = p->examples,
                     .to = p->dw,
                     .to_i = p->inputs};

    products(level, &t, p->outputs, p->inputs);
    if (!p->dbias)
        return;
    for (int64_t o = 0; o < p->outputs; o++) {
        double sum = 0;

        for (int64_t n = 0; n < p->examples; n++)
            sum += (double)p->dy[n * p->outputs + o];
        p->dbias[o] = (real)sum;
    }
}
