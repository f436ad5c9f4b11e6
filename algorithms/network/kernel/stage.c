/* SPDX-License-Identifier: MIT
 * stage.c -- see stage.h. */
#include "algorithms/network/kernel/stage.h"

/* Columns j with 0 <= first + j step < size, out of [0, count). */
static void inside(int64_t first, int64_t step, int64_t size, int64_t count, int64_t *ret_begin,
                   int64_t *ret_end)
{
    int64_t begin = first >= 0 ? 0 : (-first + step - 1) / step;
    int64_t end = first >= size ? 0 : (size - 1 - first) / step + 1;

    *ret_end = end < count ? end : count;
    *ret_begin = begin < *ret_end ? begin : *ret_end;
}

static void stage_row(const struct stage *s, const real *from, int64_t begin, int64_t end,
                      real *to)
{
    memset(to, 0, (size_t)(begin * BLOCK) * sizeof *to);
    if (s->step == 1)
        memcpy(to + begin * BLOCK, from + (s->first_column + begin) * BLOCK,
               (size_t)((end - begin) * BLOCK) * sizeof *to);
    else
        for (int64_t j = begin; j < end; j++)
            memcpy(to + j * BLOCK, from + (s->first_column + j * s->step) * BLOCK,
                   BLOCK * sizeof *to);
    memset(to + end * BLOCK, 0, (size_t)((s->columns - end) * BLOCK) * sizeof *to);
}

void stage(const struct stage *s, const real *from, real *to)
{
    int64_t top, bottom, left, right;

    inside(s->first_row, s->step, s->height, s->rows, &top, &bottom);
    inside(s->first_column, s->step, s->width, s->columns, &left, &right);
    for (int64_t plane = 0; plane < s->planes; plane++)
        for (int64_t i = 0; i < s->rows; i++) {
            real *row = to + plane * s->to_plane + i * s->columns * BLOCK;

            if (i < top || i >= bottom)
                memset(row, 0, (size_t)(s->columns * BLOCK) * sizeof *row);
            else
                stage_row(s,
                          from + ((plane * s->height + s->first_row + i * s->step) * s->width) *
                                     BLOCK,
                          left, right, row);
        }
}

void gather_patches(const struct patches *p, const real *from, real *to)
{
    int64_t taps = p->kernel * p->kernel, numbers = p->channels * taps;
    int64_t pixels = p->rows * p->columns;

    for (int64_t number = 0; number < blocks_of(numbers) * BLOCK; number++) {
        real *lane = to + number / BLOCK * pixels * BLOCK + number % BLOCK;
        int64_t channel = number / taps;
        int64_t r = number % taps / p->kernel - p->padding;
        int64_t s = number % p->kernel - p->padding;
        int64_t left, right;

        inside(s, p->stride, p->width, p->columns, &left, &right);
        for (int64_t i = 0; i < p->rows; i++, lane += p->columns * BLOCK) {
            int64_t row = i * p->stride + r;
            const real *line = from + (channel * p->height + row) * p->width + s;
            bool there = number < numbers && row >= 0 && row < p->height;

            for (int64_t j = 0; j < p->columns; j++)
                lane[j * BLOCK] = there && j >= left && j < right ? line[j * p->stride] : 0;
        }
    }
}

/* -- Weights --------------------------------------------------------------------------------
 */

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t vectors_at(const struct packing *p, int64_t first)
{
    return smaller(p->vectors, blocks_of(p->outputs) - first);
}

void packing_range(const struct packing *p, int64_t first, int64_t *ret_begin, int64_t *ret_end)
{
    int64_t outputs = p->outputs / p->groups, inputs = p->inputs / p->groups;
    int64_t last = smaller((first + vectors_at(p, first)) * BLOCK, p->outputs) - 1;

    *ret_begin = first * BLOCK / outputs * inputs / BLOCK;
    *ret_end = blocks_of((last / outputs + 1) * inputs);
}

int64_t packed_at(const struct packing *p, int64_t first)
{
    return first * BLOCK * blocks_of(p->inputs) * BLOCK * p->taps;
}

int64_t packed_reals(const struct packing *p)
{
    return packed_at(p, blocks_of(p->outputs));
}

/* Where the weight between output o and input i stands in w, its first tap; -1: nowhere. */
static int64_t weight_at(const struct packing *p, int64_t o, int64_t i)
{
    int64_t outputs = p->outputs / p->groups, inputs = p->inputs / p->groups;

    if (o >= p->outputs || i >= p->inputs || o / outputs != i / inputs)
        return -1;
    return p->kernel_taps *
           (p->transposed ? i * outputs + o % outputs : o * inputs + i % inputs);
}

/* One input channel of one tile: its taps lie `between` reals apart. */
static void pack_channel(const struct packing *p, int64_t first, int64_t vectors, int64_t i,
                         const real *w, real *to)
{
    int64_t between = BLOCK * vectors * BLOCK;

    for (int64_t lane = 0; lane < vectors * BLOCK; lane++) {
        int64_t at = weight_at(p, first * BLOCK + lane, i);

        for (int64_t t = 0; t < p->taps; t++)
            to[t * between + lane] = at < 0 ? 0 : w[at + p->tap[t]];
    }
}

static void unpack_channel(const struct packing *p, int64_t first, int64_t vectors, int64_t i,
                           const real *from, real *w)
{
    int64_t between = BLOCK * vectors * BLOCK;

    for (int64_t lane = 0; lane < vectors * BLOCK; lane++) {
        int64_t at = weight_at(p, first * BLOCK + lane, i);

        for (int64_t t = 0; t < p->taps && at >= 0; t++)
            w[at + p->tap[t]] = from[t * between + lane];
    }
}

void pack_weights(const struct packing *p, const real *w, real *packed)
{
    for (int64_t first = 0; first < blocks_of(p->outputs); first += p->vectors) {
        int64_t vectors = vectors_at(p, first), begin, end;
        real *to = packed + packed_at(p, first);

        packing_range(p, first, &begin, &end);
        for (int64_t block = begin; block < end; block++)
            for (int64_t c = 0; c < BLOCK; c++)
                pack_channel(p, first, vectors, block * BLOCK + c, w,
                             to + ((block - begin) * p->taps * BLOCK + c) * vectors * BLOCK);
    }
}

void unpack_weights(const struct packing *p, const real *packed, real *w)
{
    for (int64_t first = 0; first < blocks_of(p->outputs); first += p->vectors) {
        int64_t vectors = vectors_at(p, first), begin, end;
        const real *from = packed + packed_at(p, first);

        packing_range(p, first, &begin, &end);
        for (int64_t block = begin; block < end; block++)
            for (int64_t c = 0; c < BLOCK; c++)
                unpack_channel(p, first, vectors, block * BLOCK + c,
                               from + ((block - begin) * p->taps * BLOCK + c) * vectors * BLOCK,
                               w);
    }
}
