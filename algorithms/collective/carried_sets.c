/* SPDX-License-Identifier: MIT
 * carried_sets.c -- the schedules of all ranks, run on sets of ranks: see carried.h. */
#include <stdlib.h>
#include <string.h>

#include "algorithms/collective/carried_inside.h"
#include "base/memory.h"

/* -- running on sets -------------------------------------------------------------------------
 */

static uint64_t *known_of(const struct carried *c, int rank, int part)
{
    return &c->known[((size_t)rank * (size_t)c->parts + (size_t)part) * c->words];
}

static uint64_t *moving_of(const struct carried *c, const struct carried_slot *slot, int32_t i)
{
    return &c->moving[(size_t)(slot->set + i) * c->words];
}

static void know_own(struct carried *c)
{
    memset(c->known, 0, (size_t)c->ranks * (size_t)c->parts * c->words * sizeof *c->known);
    for (int rank = 0; rank < c->ranks; rank++)
        for (int part = 0; part < c->parts; part++)
            known_of(c, rank, part)[rank / 64] |= UINT64_C(1) << (rank % 64);
}

static void put(struct carried *c, int rank, const struct step *step)
{
    const struct carried_slot *slot = &c->slot[step->slot];

    for (int32_t i = 0; i < slot->parts; i++) {
        uint64_t *set = moving_of(c, slot, i);

        memcpy(set, known_of(c, rank, slot->first_part + i), c->words * sizeof *set);
        if (slot->is_result)
            memcpy(&c->result[(size_t)(slot->first_part + i) * c->words], set,
                   c->words * sizeof *set);
    }
}

/* Is something missing of a part of a message that lost packets? */
static bool is_missing(const struct carried *c, const struct carried_slot *slot, int32_t i,
                       const struct carried_loss *loss)
{
    int64_t begin = c->part[slot->first_part + i].offset_bytes - slot->offset_bytes;
    int64_t end = begin + c->part[slot->first_part + i].bytes;
    /* slices are alike, so this one ends before the part begins or is the first that does not
     */
    int32_t packet = (int32_t)((double)begin / (double)slot->bytes * loss->packets) - 2;

    for (packet = packet < 0 ? 0 : packet; packet < loss->packets; packet++) {
        struct slice slice = slice_of(slot->bytes, packet, loss->packets);

        if (slice.offset_bytes >= end)
            break;
        if ((loss->missing[packet / 64] >> (packet % 64) & 1) &&
            slice.offset_bytes + slice.bytes > begin)
            return true;
    }
    return false;
}

static int64_t edge_of(const struct carried *c, int64_t slot, int rank)
{
    int64_t low = c->slot[slot].edge, high = c->slot[slot + 1].edge;

    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;

        if (c->reader[middle] <= rank)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void get_slot(struct carried *c, int rank, int64_t number)
{
    const struct carried_slot *slot = &c->slot[number];
    const struct carried_loss *loss = c->loss_of ? c->loss_of[edge_of(c, number, rank)] : NULL;

    for (int32_t i = 0; i < slot->parts; i++) {
        uint64_t *known = known_of(c, rank, slot->first_part + i);
        const uint64_t *set = moving_of(c, slot, i);

        if (loss && is_missing(c, slot, i, loss))
            continue;
        for (size_t word = 0; word < c->words; word++)
            known[word] = slot->is_result ? set[word] : known[word] | set[word];
    }
}

static void take(struct carried *c, int rank, const struct step *step)
{
    if (step->op == STEP_PUT)
        put(c, rank, step);
    else
        for (int32_t i = 0; i < step->count; i++)
            get_slot(c, rank, step->slot + i);
}

/* -- the order of all steps, and which slots are results -------------------------------------
 */

static bool can_take(const struct step *step, const bool *written)
{
    for (int32_t i = 0; step->op != STEP_PUT && i < step->count; i++)
        if (!written[step->slot + i])
            return false;
    return true;
}

/* The rank's lane as far as it can go. */
static bool run_lane(struct carried *c, int rank, int32_t lane, size_t *next, bool *written)
{
    const struct schedule *schedule = &c->schedule[rank];
    bool any = false;

    for (; *next < schedule->count; ++*next) {
        const struct step *step = &schedule->step[*next];

        if (step->lane != lane)
            continue;
        if (!can_take(step, written))
            return any;
        if (step->op == STEP_PUT)
            written[step->slot] = true;
        ROOM_FOR_ONE(c->turn, c->turns, c->turn_capacity);
        c->turn[c->turns++] = (struct carried_turn){.rank = rank, .step = *step};
        any = true;
    }
    return any;
}

static int32_t lanes_of(const struct carried *c)
{
    int32_t lanes = 1;

    for (int rank = 0; rank < c->ranks; rank++)
        for (size_t i = 0; i < c->schedule[rank].count; i++)
            if (c->schedule[rank].step[i].lane >= lanes)
                lanes = c->schedule[rank].step[i].lane + 1;
    return lanes;
}

void carried_order(struct carried *c)
{
    int32_t lanes = lanes_of(c);
    bool *written = NEW_ARRAY(bool, (size_t)c->slots);
    size_t *next = NEW_ARRAY(size_t, (size_t)c->ranks * (size_t)lanes);
    bool any = true;

    while (any) {
        any = false;
        for (int rank = 0; rank < c->ranks; rank++)
            for (int32_t lane = 0; lane < lanes; lane++)
                any |= run_lane(c, rank, lane,
                                &next[(size_t)rank * (size_t)lanes + (size_t)lane], written);
    }
    free(written);
    free(next);
}

static bool is_full(const struct carried *c, const uint64_t *set)
{
    int count = 0;

    for (size_t word = 0; word < c->words; word++)
        count += __builtin_popcountll(set[word]);
    return count == c->ranks;
}

void carried_run(struct carried *c)
{
    know_own(c);
    for (size_t i = 0; i < c->turns; i++)
        take(c, c->turn[i].rank, &c->turn[i].step);
}

void carried_find_results(struct carried *c)
{
    carried_run(c);
    for (int64_t i = 0; i < c->slots; i++) {
        struct carried_slot *slot = &c->slot[i];

        slot->is_result = true;
        for (int32_t part = 0; part < slot->parts; part++)
            slot->is_result &= is_full(c, moving_of(c, slot, part));
    }
}
