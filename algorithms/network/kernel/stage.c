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

/* The image with its border, so that every window is inside. */
static void add_border(const struct patches *p, const real *from, real *to)
{
    int64_t width = p->width + 2 * p->padding, height = p->height + 2 * p->padding;

    memset(to, 0, (size_t)(p->channels * height * width) * sizeof *to);
    for (int64_t c = 0; c < p->channels; c++)
        for (int64_t i = 0; i < p->height; i++)
            memcpy(to + (c * height + p->padding + i) * width + p->padding,
                   from + (c * p->height + i) * p->width, (size_t)p->width * sizeof *to);
}

int64_t patches_scratch(const struct patches *p)
{
    return p->channels * (p->height + 2 * p->padding) * (p->width + 2 * p->padding) +
           (blocks_of(p->channels * p->kernel * p->kernel) + 1) * BLOCK;
}

/* What the window at `corner` sees, as one row. */
static void gather_patch(const struct patches *p, const real *corner, real *row)
{
    int64_t width = p->width + 2 * p->padding, height = p->height + 2 * p->padding;

    for (int64_t c = 0; c < p->channels; c++, corner += height * width)
        for (int64_t r = 0; r < p->kernel; r++)
            for (int64_t s = 0; s < p->kernel; s++)
                *row++ = corner[r * width + s];
}

void gather_patches(const struct patches *p, const real *from, real *scratch, real *to)
{
    int64_t blocks = blocks_of(p->channels * p->kernel * p->kernel);
    int64_t pixels = p->rows * p->columns, width = p->width + 2 * p->padding;
    real *row = scratch, *image = scratch + (blocks + 1) * BLOCK;

    memset(row, 0, (size_t)(blocks * BLOCK) * sizeof *row);
    add_border(p, from, image);
    for (int64_t i = 0; i < p->rows; i++)
        for (int64_t j = 0; j < p->columns; j++, to += BLOCK) {
            gather_patch(p, image + (i * width + j) * p->stride, row);
            for (int64_t b = 0; b < blocks; b++)
                memcpy(to + b * pixels * BLOCK, row + b * BLOCK, BLOCK * sizeof *to);
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

/* A block of inputs of a tile of outputs: packed as real[taps][BLOCK][vectors][BLOCK]. */
struct piece {
    int64_t first, vectors; /* blocks of outputs */
    int64_t block;          /* of inputs */
};

/* Goes on to the next piece, {0} being before the first; returns where it is packed, or -1. */
static int64_t next_piece(const struct packing *p, struct piece *piece)
{
    int64_t begin, end;

    packing_range(p, piece->first, &begin, &end);
    if (piece->vectors == 0) {
        piece->block = begin;
    } else if (++piece->block >= end) {
        piece->first += p->vectors;
        if (piece->first >= blocks_of(p->outputs))
            return -1;
        packing_range(p, piece->first, &begin, &end);
        piece->block = begin;
    }
    piece->vectors = vectors_at(p, piece->first);
    return packed_at(p, piece->first) +
           (piece->block - begin) * p->taps * BLOCK * piece->vectors * BLOCK;
}

/* What of a piece exists. */
static int64_t outputs_in(const struct packing *p, const struct piece *piece)
{
    return smaller(piece->vectors * BLOCK, p->outputs - piece->first * BLOCK);
}

static int64_t inputs_in(const struct packing *p, const struct piece *piece)
{
    return smaller(BLOCK, p->inputs - piece->block * BLOCK);
}

static void pack_any(const struct packing *p, const struct piece *piece, const real *w,
                     real *to)
{
    int64_t wide = piece->vectors * BLOCK;

    for (int64_t c = 0; c < BLOCK; c++)
        for (int64_t lane = 0; lane < wide; lane++) {
            int64_t at = weight_at(p, piece->first * BLOCK + lane, piece->block * BLOCK + c);

            for (int64_t t = 0; t < p->taps; t++)
                to[(t * BLOCK + c) * wide + lane] = at < 0 ? 0 : w[at + p->tap[t]];
        }
}

/* Whole pieces, no groups.  w is read as it lies: an output's weights of a block of inputs are
 * a row ... */
static void pack_forward(const struct packing *p, const struct piece *piece, const real *w,
                         real *to)
{
    int64_t wide = piece->vectors * BLOCK;

    for (int64_t lane = 0; lane < wide; lane++) {
        const real *from =
            w +
            ((piece->first * BLOCK + lane) * p->inputs + piece->block * BLOCK) * p->kernel_taps;

        for (int64_t c = 0; c < BLOCK; c++)
            for (int64_t t = 0; t < p->taps; t++)
                to[(t * BLOCK + c) * wide + lane] = from[c * p->kernel_taps + p->tap[t]];
    }
}

/* ... and so are an input's weights of a tile of outputs. */
static void pack_transposed(const struct packing *p, const struct piece *piece, const real *w,
                            real *to)
{
    int64_t wide = piece->vectors * BLOCK;

    for (int64_t c = 0; c < BLOCK; c++) {
        const real *from =
            w +
            ((piece->block * BLOCK + c) * p->outputs + piece->first * BLOCK) * p->kernel_taps;

        for (int64_t t = 0; t < p->taps; t++)
            for (int64_t lane = 0; lane < wide; lane++)
                to[(t * BLOCK + c) * wide + lane] = from[lane * p->kernel_taps + p->tap[t]];
    }
}

static bool is_whole(const struct packing *p, const struct piece *piece)
{
    return outputs_in(p, piece) == piece->vectors * BLOCK && inputs_in(p, piece) == BLOCK;
}

void pack_weights(const struct packing *p, const real *w, real *packed)
{
    struct piece piece = {0};

    for (int64_t at = next_piece(p, &piece); at >= 0; at = next_piece(p, &piece))
        if (p->groups > 1 || !is_whole(p, &piece))
            pack_any(p, &piece, w, packed + at);
        else if (p->transposed)
            pack_transposed(p, &piece, w, packed + at);
        else
            pack_forward(p, &piece, w, packed + at);
}

static void unpack_any(const struct packing *p, const struct piece *piece, const real *from,
                       real *w)
{
    int64_t wide = piece->vectors * BLOCK;

    for (int64_t lane = 0; lane < outputs_in(p, piece); lane++)
        for (int64_t c = 0; c < inputs_in(p, piece); c++) {
            int64_t at = weight_at(p, piece->first * BLOCK + lane, piece->block * BLOCK + c);

            for (int64_t t = 0; t < p->taps && at >= 0; t++)
                w[at + p->tap[t]] = from[(t * BLOCK + c) * wide + lane];
        }
}

static void unpack_whole(const struct packing *p, const struct piece *piece, const real *from,
                         real *w)
{
    int64_t wide = piece->vectors * BLOCK;

    for (int64_t lane = 0; lane < wide; lane++) {
        real *to = w + ((piece->first * BLOCK + lane) * p->inputs + piece->block * BLOCK) *
                           p->kernel_taps;

        for (int64_t c = 0; c < BLOCK; c++)
            for (int64_t t = 0; t < p->taps; t++)
                to[c * p->kernel_taps + p->tap[t]] = from[(t * BLOCK + c) * wide + lane];
    }
}

void unpack_weights(const struct packing *p, const real *packed, real *w)
{
    struct piece piece = {0};

    for (int64_t at = next_piece(p, &piece); at >= 0; at = next_piece(p, &piece))
        if (p->groups > 1 || !is_whole(p, &piece))
            unpack_any(p, &piece, packed + at, w);
        else
            unpack_whole(p, &piece, packed + at, w);
}
