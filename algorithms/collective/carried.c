/* SPDX-License-Identifier: MIT
 * carried.c -- see carried.h: slots, edges and parts; carried_sets.c runs the schedules. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/collective/carried_inside.h"
#include "base/memory.h"

/* -- slots and edges -------------------------------------------------------------------------
 */

static void note_step(struct carried *c, int rank, const struct step *step)
{
    for (int32_t i = step->slot; i < step->slot + step->count; i++) {
        struct carried_slot *slot = &c->slot[i];

        if (step->op == STEP_PUT) {
            slot->writer = rank;
            slot->offset_bytes = step->offset_bytes;
            slot->bytes = step->bytes;
            slot->sent_bytes = step->sent_bytes;
        } else {
            slot[1].edge++;
            c->edges++;
        }
    }
}

static void fill_readers(struct carried *c)
{
    int64_t *next = NEW_ARRAY(int64_t, (size_t)c->slots + 1);

    for (int64_t i = 0; i < c->slots; i++)
        c->slot[i + 1].edge += c->slot[i].edge;
    for (int64_t i = 0; i < c->slots; i++)
        next[i] = c->slot[i].edge;
    c->reader = NEW_ARRAY(int32_t, (size_t)c->edges);
    for (int rank = 0; rank < c->ranks; rank++)
        for (size_t i = 0; i < c->schedule[rank].count; i++) {
            const struct step *step = &c->schedule[rank].step[i];

            for (int32_t slot = step->slot;
                 step->op != STEP_PUT && slot < step->slot + step->count; slot++)
                c->reader[next[slot]++] = rank;
        }
    free(next);
}

/* Numbers each message among those from its writer to its reader. */
static void number_edges(struct carried *c)
{
    uint32_t *sent = NEW_ARRAY(uint32_t, (size_t)c->ranks);

    c->number = NEW_ARRAY(uint32_t, (size_t)c->edges);
    for (int rank = 0; rank < c->ranks; rank++) {
        memset(sent, 0, (size_t)c->ranks * sizeof *sent);
        for (size_t i = 0; i < c->schedule[rank].count; i++) {
            const struct step *step = &c->schedule[rank].step[i];

            if (step->op != STEP_PUT)
                continue;
            for (int64_t edge = c->slot[step->slot].edge; edge < c->slot[step->slot + 1].edge;
                 edge++) {
                c->number[edge] = sent[c->reader[edge]]++;
                if (c->number[edge] >= c->numbers)
                    c->numbers = c->number[edge] + 1;
            }
        }
    }
    free(sent);
}

/* -- parts -----------------------------------------------------------------------------------
 */

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int32_t packets_of(const struct carried *c, int64_t bytes)
{
    if (!c->packet_bytes || bytes <= c->packet_bytes)
        return 1;
    return (int32_t)((bytes + c->packet_bytes - 1) / c->packet_bytes);
}

/* Where a part begins or ends: at every packet's edge of every slot. */
static void find_parts(struct carried *c)
{
    int64_t *edge = NULL;
    size_t count = 0, capacity = 0, kept = 0;

    for (int64_t i = 0; i < c->slots; i++) {
        int32_t packets = packets_of(c, c->slot[i].sent_bytes);

        if (i > 0 && c->slot[i].offset_bytes == c->slot[i - 1].offset_bytes &&
            c->slot[i].bytes == c->slot[i - 1].bytes &&
            c->slot[i].sent_bytes == c->slot[i - 1].sent_bytes)
            continue;
        for (int32_t k = 0; k <= packets; k++) {
            struct slice slice = slice_of(c->slot[i].bytes, k < packets ? k : 0, packets);

            ROOM_FOR_ONE(edge, count, capacity);
            edge[count++] =
                c->slot[i].offset_bytes + (k < packets ? slice.offset_bytes : c->slot[i].bytes);
        }
    }
    ROOM_FOR_ONE(edge, count, capacity);
    edge[count++] = 0;
    ROOM_FOR_ONE(edge, count, capacity);
    edge[count++] = c->bytes;
    qsort(edge, count, sizeof *edge, by_value);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || edge[i] != edge[kept - 1])
            edge[kept++] = edge[i];
    c->parts = (int)kept - 1;
    c->part = NEW_ARRAY(struct carried_part, kept);
    for (int i = 0; i < c->parts; i++)
        c->part[i] =
            (struct carried_part){.offset_bytes = edge[i], .bytes = edge[i + 1] - edge[i]};
    free(edge);
}

static int32_t part_at(const struct carried *c, int64_t offset_bytes)
{
    int32_t low = 0, high = c->parts;

    while (low < high) {
        int32_t middle = low + (high - low) / 2;

        if (c->part[middle].offset_bytes < offset_bytes)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int64_t place_slots(struct carried *c)
{
    int64_t sets = 0;

    for (int64_t i = 0; i < c->slots; i++) {
        struct carried_slot *slot = &c->slot[i];

        slot->first_part = part_at(c, slot->offset_bytes);
        slot->parts = part_at(c, slot->offset_bytes + slot->bytes) - slot->first_part;
        slot->set = sets;
        sets += slot->parts;
    }
    return sets;
}

/* -- life ------------------------------------------------------------------------------------
 */

struct carried *carried_new(const struct choice *collective, int ranks, struct vector_size size,
                            int64_t packet_bytes)
{
    const struct collective_kind *kind = collective_of(collective);
    struct carried *c = NEW(struct carried);
    int64_t sets;

    c->ranks = ranks;
    c->bytes = size.bytes;
    c->packet_bytes = packet_bytes;
    c->words = ((size_t)ranks + 63) / 64;
    c->slots = kind->slots(collective->conf, ranks);
    c->slot = NEW_ARRAY(struct carried_slot, (size_t)c->slots + 1);
    c->schedule = NEW_ARRAY(struct schedule, (size_t)ranks);
    for (int rank = 0; rank < ranks; rank++) {
        collective_steps(collective, &c->schedule[rank], rank, ranks, size);
        for (size_t i = 0; i < c->schedule[rank].count; i++)
            note_step(c, rank, &c->schedule[rank].step[i]);
    }
    fill_readers(c);
    number_edges(c);
    find_parts(c);
    sets = place_slots(c);
    c->known = NEW_ARRAY(uint64_t, (size_t)ranks * (size_t)c->parts * c->words);
    c->moving = NEW_ARRAY(uint64_t, (size_t)sets * c->words);
    c->result = NEW_ARRAY(uint64_t, (size_t)c->parts * c->words);
    carried_order(c);
    carried_find_results(c);
    return c;
}

static void forget_losses(struct carried *c)
{
    for (size_t i = 0; i < c->losses; i++)
        free(c->loss[i].missing);
    c->losses = 0;
}

struct carried *carried_free(struct carried *c)
{
    if (!c)
        return NULL;
    forget_losses(c);
    for (int rank = 0; rank < c->ranks; rank++)
        schedule_done(&c->schedule[rank]);
    free(c->schedule);
    free(c->slot);
    free(c->reader);
    free(c->number);
    free(c->part);
    free(c->turn);
    free(c->known);
    free(c->moving);
    free(c->result);
    free(c->loss);
    free(c);
    return NULL;
}

/* -- what is asked ---------------------------------------------------------------------------
 */

static const struct carried_slot *slot_of(const struct carried *c, int64_t edge)
{
    int64_t low = 0, high = c->slots;

    assert(edge >= 0 && edge < c->edges);
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;

        if (c->slot[middle].edge <= edge)
            low = middle;
        else
            high = middle;
    }
    return &c->slot[low];
}

bool carried_is_result(const struct carried *c, int64_t edge)
{
    return slot_of(c, edge)->is_result;
}

uint32_t carried_number(const struct carried *c, int64_t edge)
{
    return c->number[edge];
}

uint32_t carried_numbers(const struct carried *c)
{
    return c->numbers;
}

int64_t carried_edge(const struct carried *c, int from, int to, int64_t number)
{
    for (int64_t i = 0; i < c->slots; i++)
        for (int64_t edge = c->slot[i].edge;
             c->slot[i].writer == from && edge < c->slot[i + 1].edge; edge++)
            if (c->reader[edge] == to && c->number[edge] == number)
                return edge;
    return -1;
}

void carried_lose(struct carried *c, int64_t edge, int32_t packets, const uint64_t *missing)
{
    size_t words = ((size_t)packets + 63) / 64;
    struct carried_loss *loss;

    ROOM_FOR_ONE(c->loss, c->losses, c->loss_capacity);
    loss = &c->loss[c->losses++];
    *loss = (struct carried_loss){.edge = edge, .packets = packets};
    loss->missing = NEW_ARRAY(uint64_t, words);
    memcpy(loss->missing, missing, words * sizeof *missing);
}

bool carried_lost_any(const struct carried *c)
{
    return c->losses > 0;
}

const struct carried_part *carried_parts(struct carried *c, int *ret_parts)
{
    c->loss_of = NEW_ARRAY(struct carried_loss *, (size_t)c->edges);
    for (size_t i = 0; i < c->losses; i++)
        c->loss_of[c->loss[i].edge] = &c->loss[i];
    for (int i = 0; i < c->parts; i++)
        c->part[i].from = &c->result[(size_t)i * c->words];
    carried_run(c);
    free(c->loss_of);
    c->loss_of = NULL;
    forget_losses(c);
    *ret_parts = c->parts;
    return c->part;
}
