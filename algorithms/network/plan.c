/* SPDX-License-Identifier: MIT
 * plan.c -- where values and slopes lie in scratch, and which layers need not be run at all.
 *
 * A step goes through L layers forward (times 0 .. L-1) and back (times L .. 2L-1).  Each value
 * (a layer's output) and each slope (its derivative) is needed from one time to another; those
 * whose times do not meet share memory.  Some are one and the same memory:
 *   a relu is applied by the norm or `add` before it, or works in place;
 *   the slope of what an `add` reads is the slope of the `add`. */
#include <stdlib.h>

#include "algorithms/network/inside.h"
#include "base/memory.h"

/* Of the nodes that share a piece, the first stands for all. */
struct piece {
    int64_t begin, end; /* times; end < begin: nobody needs it */
    int64_t size, at;   /* reals an example */
};

struct layout {
    struct network_plan *plan;
    int32_t count;             /* L */
    int32_t *readers;          /* [L]: how many */
    int32_t *last_reader;      /* [L] */
    int32_t *value_of;         /* [L]: whose piece the value is; -1: the network's input */
    int32_t *slope_of;         /* [L] */
    bool *wanted;              /* [L]: somebody at or before it has parameters */
    struct piece *value;       /* [L + 1]: the last is the input in blocks */
    struct piece *value_alone; /* likewise: of an evaluation, which has times 0 .. L-1 */
    struct piece *slope;       /* [L] */
};

static void count_readers(struct layout *l)
{
    for (int32_t i = 0; i < l->count; i++) {
        const struct node *node = &l->plan->node[i];
        const int32_t from[2] = {node->from, node->with};

        for (int k = 0; k < 2; k++)
            if (from[k] >= 0) {
                l->readers[from[k]]++;
                l->last_reader[from[k]] = i;
            }
    }
}

static bool wants(const struct layout *l, int32_t index)
{
    return index >= 0 && l->wanted[index];
}

/* A relu: the layer before applies it, or it works in place.  Their slopes are shared below. */
static void share_cut(struct layout *l, struct node *node)
{
    struct node *before;

    if (node->kind->cuts_at == 0 || node->from < 0 || l->readers[node->from] != 1)
        return;
    before = &l->plan->node[node->from];
    if (before->skipped || l->value_of[node->from] < 0)
        return;
    if (before->kind->cuts && isnan(before->ceiling)) {
        before->ceiling = node->kind->cuts_at;
        node->skipped = true;
    } else if (before->kind->reads_output) {
        return;
    }
    l->value_of[node->index] = l->value_of[node->from];
}

/* Nothing is to be done to the caller's input. */
static void share_reshaped(struct layout *l, struct node *node)
{
    if (!node->kind->reshapes || !node->plain)
        return;
    l->value_of[node->index] = -1;
    node->skipped = true;
}

/* Some layer from `first` on, other than `except`, reads the value. */
static bool read_from(const struct layout *l, int32_t value, int32_t first, int32_t except)
{
    for (int32_t i = first; i < l->count; i++)
        if (i != except && (l->plan->node[i].from == value || l->plan->node[i].with == value))
            return true;
    return false;
}

/* The slope of `add` serves what it reads, if nobody changes it while somebody else needs it:
 * the main input has no other reader and only reads its slope, and the other input, with all
 * its readers, comes before the main one (so its turn on the way back is later). */
static void share_sum(struct layout *l, const struct node *node)
{
    int32_t from = node->from, with = node->with;
    const struct layer_kind *kind = from < 0 ? NULL : l->plan->node[from].kind;

    if (!node->kind->passes_slope || !kind || l->readers[from] != 1)
        return;
    l->slope_of[from] = l->slope_of[node->index];
    if (with < 0 || with >= from || kind->cuts_at != 0 || kind->passes_slope ||
        read_from(l, with, from, node->index))
        return;
    l->slope_of[with] = l->slope_of[node->index];
}

static void share_slopes(struct layout *l)
{
    for (int32_t i = l->count - 1; i >= 0; i--) {
        const struct node *node = &l->plan->node[i];

        if (node->kind->cuts_at != 0 && l->value_of[i] != i)
            l->slope_of[node->from] = l->slope_of[i];
        share_sum(l, node);
    }
}

static void meet(struct piece *piece, int64_t time, int64_t size)
{
    if (piece->end < piece->begin)
        piece->begin = piece->end = time;
    piece->begin = time < piece->begin ? time : piece->begin;
    piece->end = time > piece->end ? time : piece->end;
    piece->size = size > piece->size ? size : piece->size;
}

static int64_t back(const struct layout *l, int32_t index)
{
    return 2 * (int64_t)l->count - 1 - index;
}

/* The value that node i reads at index `from` is needed then. */
static void read_value(struct layout *l, const struct node *node, int32_t from)
{
    int32_t owner = from < 0 ? l->count : l->value_of[from];
    int64_t size = shape_reals(node->in);

    if (from < 0 ? node->plain : owner < 0)
        return; /* as the caller has it */
    meet(&l->value[owner], node->index, size);
    meet(&l->value_alone[owner], node->index, size);
    if (node->kind->reads_input)
        meet(&l->value[owner], back(l, node->index), size);
    if (from < 0) {
        meet(&l->value[owner], 0, size);
        meet(&l->value_alone[owner], 0, size);
    }
}

static void time_values(struct layout *l)
{
    for (int32_t i = 0; i < l->count; i++) {
        const struct node *node = &l->plan->node[i];
        int64_t size = shape_reals(node->out);

        read_value(l, node, node->from);
        if (node->with > -2)
            read_value(l, node, node->with);
        if (l->value_of[i] < 0)
            continue;
        meet(&l->value[l->value_of[i]], i, size);
        meet(&l->value_alone[l->value_of[i]], i, size);
        if (node->kind->reads_output || (node->kind->passes_slope && !isnan(node->ceiling)))
            meet(&l->value[l->value_of[i]], back(l, i), size);
    }
}

static void time_slopes(struct layout *l)
{
    for (int32_t i = 0; i < l->count; i++) {
        const struct node *node = &l->plan->node[i];
        struct piece *piece = &l->slope[l->slope_of[i]];

        if (!l->wanted[i] || node->kind->is_loss)
            continue;
        meet(piece, back(l, l->last_reader[i]), shape_reals(node->out));
        meet(piece, back(l, i), shape_reals(node->out));
    }
}

static bool meets(const struct piece *a, const struct piece *b)
{
    return a->begin <= b->end && b->begin <= a->end;
}

/* The lowest place for piece[index] among those before it. */
static void place_one(struct piece *const *piece, int32_t index)
{
    bool moved = true;

    piece[index]->at = 0;
    while (moved) {
        moved = false;
        for (int32_t i = 0; i < index; i++)
            if (meets(piece[i], piece[index]) &&
                piece[i]->at < piece[index]->at + piece[index]->size &&
                piece[index]->at < piece[i]->at + piece[i]->size) {
                piece[index]->at = piece[i]->at + piece[i]->size;
                moved = true;
            }
    }
}

static int larger_first(const void *a, const void *b)
{
    const struct piece *p = *(struct piece *const *)a, *q = *(struct piece *const *)b;

    if (p->size != q->size)
        return p->size < q->size ? 1 : -1;
    return p->begin < q->begin ? -1 : p->begin > q->begin;
}

/* Places all pieces that somebody needs; returns the reals that all of them take. */
static int64_t place_all(struct piece *first, int32_t firsts, struct piece *second,
                         int32_t seconds)
{
    struct piece **piece = NEW_ARRAY(struct piece *, (size_t)(firsts + seconds));
    int32_t pieces = 0;
    int64_t reals = 0;

    for (int32_t i = 0; i < firsts + seconds; i++) {
        struct piece *candidate = i < firsts ? &first[i] : &second[i - firsts];

        candidate->at = -1;
        if (candidate->begin <= candidate->end)
            piece[pieces++] = candidate;
    }
    qsort(piece, (size_t)pieces, sizeof *piece, larger_first);
    for (int32_t i = 0; i < pieces; i++) {
        place_one(piece, i);
        if (piece[i]->at + piece[i]->size > reals)
            reals = piece[i]->at + piece[i]->size;
    }
    free(piece);
    return reals;
}

static struct piece *new_pieces(int32_t count)
{
    struct piece *piece = NEW_ARRAY(struct piece, (size_t)count);

    for (int32_t i = 0; i < count; i++)
        piece[i] = (struct piece){.begin = 1, .end = 0};
    return piece;
}

/* Slopes of what node i reads: written there first, or added to. */
static void order_slopes(struct layout *l)
{
    bool *begun = NEW_ARRAY(bool, (size_t)l->count);

    for (int32_t i = l->count - 1; i >= 0; i--) {
        const struct node *node = &l->plan->node[i];
        struct place *place = &l->plan->place[i];

        if (wants(l, node->from)) {
            place->add_from = begun[l->slope_of[node->from]];
            begun[l->slope_of[node->from]] = true;
        }
        if (wants(l, node->with)) {
            place->add_with = begun[l->slope_of[node->with]];
            begun[l->slope_of[node->with]] = true;
        }
    }
    free(begun);
}

static void write_places(struct layout *l, struct network *network)
{
    struct network_plan *plan = l->plan;

    for (int32_t i = 0; i < l->count; i++) {
        struct node *node = &plan->node[i];
        struct place *place = &plan->place[i];
        bool own = l->value_of[i] == i;

        place->value = l->value_of[i] < 0 ? -1 : l->value[l->value_of[i]].at;
        place->value_alone = l->value_of[i] < 0 ? -1 : l->value_alone[l->value_of[i]].at;
        place->slope = l->wanted[i] && !node->kind->is_loss ? l->slope[l->slope_of[i]].at : -1;
        network->layer[i].activation_floats += own ? shape_count(node->out) : 0;
        network->activation_floats += network->layer[i].activation_floats;
        node->kept_each_at = plan->kept_each;
        node->kept_fixed_at = plan->kept_fixed;
        plan->kept_each += node->kept_each;
        plan->kept_fixed += node->kept_fixed;
    }
    plan->input_blocks = l->value[l->count].at;
    plan->input_blocks_alone = l->value_alone[l->count].at;
}

void plan_lay_out(struct network *network)
{
    struct network_plan *plan = network->plan;
    int32_t count = plan->nodes;
    struct layout l = {.plan = plan,
                       .count = count,
                       .readers = NEW_ARRAY(int32_t, (size_t)count),
                       .last_reader = NEW_ARRAY(int32_t, (size_t)count),
                       .value_of = NEW_ARRAY(int32_t, (size_t)count),
                       .slope_of = NEW_ARRAY(int32_t, (size_t)count),
                       .wanted = NEW_ARRAY(bool, (size_t)count),
                       .value = new_pieces(count + 1),
                       .value_alone = new_pieces(count + 1),
                       .slope = new_pieces(count)};

    count_readers(&l);
    for (int32_t i = 0; i < count; i++) {
        struct node *node = &plan->node[i];

        l.value_of[i] = l.slope_of[i] = i;
        l.wanted[i] = node->parameters > 0 || wants(&l, node->from) || wants(&l, node->with);
        node->plain =
            node->from < 0 &&
            (node->in.flat || (node->kind->takes_plain && node->kind->takes_plain(node)));
        share_reshaped(&l, node);
        share_cut(&l, node);
    }
    share_slopes(&l);
    time_values(&l);
    time_slopes(&l);
    order_slopes(&l);
    plan->reals = place_all(l.value, count + 1, l.slope, count);
    plan->reals_alone = place_all(l.value_alone, count + 1, NULL, 0);
    write_places(&l, network);
    free(l.readers);
    free(l.last_reader);
    free(l.value_of);
    free(l.slope_of);
    free(l.wanted);
    free(l.value);
    free(l.value_alone);
    free(l.slope);
}
