/* SPDX-License-Identifier: MIT
 * rows.c -- see rows.h. */
#include "algorithms/network/kernel/rows.h"

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

/* -- The three products ---------------------------------------------------------------------
 */

void rows_forward(const struct kernels *kernels, const struct rows_product *p)
{
    int64_t width = padded(p->examples);
    real *out = p->turned + width * p->inputs;
    struct products t = {.number = p->w,
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
    kernels->products(&t, p->outputs, width);
    turn_back(out, p->examples, p->outputs, p->y);
}

void rows_to_data(const struct kernels *kernels, const struct rows_product *p)
{
    struct products t = {.number = p->dy,
                         .number_i = p->outputs,
                         .number_k = 1,
                         .vector = p->w,
                         .vector_k = p->inputs,
                         .terms = p->outputs,
                         .to = p->dx,
                         .to_i = p->inputs,
                         .add = p->add};

    kernels->products(&t, p->examples, p->inputs);
}

void rows_to_weights(const struct kernels *kernels, const struct rows_product *p)
{
    struct products t = {.number = p->dy,
                         .number_i = 1,
                         .number_k = p->outputs,
                         .vector = p->x,
                         .vector_k = p->inputs,
                         .terms = p->examples,
                         .to = p->dw,
                         .to_i = p->inputs};

    kernels->products(&t, p->outputs, p->inputs);
    if (!p->dbias)
        return;
    for (int64_t o = 0; o < p->outputs; o++) {
        double sum = 0;

        for (int64_t n = 0; n < p->examples; n++)
            sum += (double)p->dy[n * p->outputs + o];
        p->dbias[o] = (real)sum;
    }
}
