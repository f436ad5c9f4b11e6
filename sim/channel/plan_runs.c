/* SPDX-License-Identifier: MIT
 * plan_runs.c -- what of a plan can be asked for at once: prefixes that are listed, and runs of
 * GETs; see plan.h. */
#include <stdlib.h>

#include "base/memory.h"
#include "sim/channel/plan.h"

/* -- who lists what --------------------------------------------------------------------------
 */

static int by_slot(const void *a, const void *b)
{
    const struct gather *const *x = a, *const *y = b;

    if ((*x)->slot != (*y)->slot)
        return (*x)->slot < (*y)->slot ? -1 : 1;
    return (*x)->rank - (*y)->rank;
}

static bool is_exclusive(const struct exchange_plan *plan, const struct gather *gather)
{
    return plan->reader_start[gather->slot + gather->count] -
               plan->reader_start[gather->slot] ==
           gather->count;
}

int32_t plan_find_listings(const struct exchange_plan *plan, struct gather *gather,
                           int32_t count)
{
    struct gather **sorted = NEW_ARRAY(struct gather *, (size_t)count);
    int32_t listings = 0, end = 0; /* of the listing so far */

    for (int32_t i = 0; i < count; i++)
        sorted[i] = &gather[i];
    qsort(sorted, (size_t)count, sizeof *sorted, by_slot);
    for (int32_t i = 0; i < count; i++) {
        if (i == 0 || sorted[i]->slot >= end)
            listings++;
        if (sorted[i]->slot + sorted[i]->count > end)
            end = sorted[i]->slot + sorted[i]->count;
        sorted[i]->listing = listings - 1;
        sorted[i]->exclusive = is_exclusive(plan, sorted[i]);
    }
    free(sorted);
    return listings;
}

/* -- runs ------------------------------------------------------------------------------------
 */

struct finder {
    struct exchange_plan *plan;
    bool *gathered; /* [slots]: listed for a GATHER already */
    int32_t capacity;
};

/* The GETs from step `first` on, up to `end`, as one. */
static struct gather run_of(const struct exchange_plan *plan, int32_t rank, int64_t first,
                            int64_t end)
{
    struct gather run = {.rank = rank, .slot = plan->step[first].slot, .is_run = true};
    int32_t highest = run.slot;

    for (int64_t i = first; i < end && plan->step[i].op == STEP_GET; i++) {
        int32_t slot = plan->step[i].slot;

        run.slot = slot < run.slot ? slot : run.slot;
        highest = slot > highest ? slot : highest;
        run.wanted++;
    }
    run.count = highest - run.slot + 1;
    return run;
}

/* Its range must hold nothing else that the rank reads, and nothing that is gathered. */
static bool is_apart(const struct finder *finder, const struct gather *run)
{
    int32_t read = 0;

    for (int32_t slot = run->slot; slot < run->slot + run->count; slot++) {
        if (finder->gathered[slot])
            return false;
        read += plan_reads(finder->plan, slot, run->rank);
    }
    return read == run->wanted;
}

static void find_runs_of_lane(struct finder *finder, int32_t rank, int64_t first, int64_t end)
{
    struct exchange_plan *plan = finder->plan;

    while (first < end) {
        struct gather run;

        if (plan->step[first].op != STEP_GET) {
            first++;
            continue;
        }
        run = run_of(plan, rank, first, end);
        if (run.wanted > 1 && is_apart(finder, &run)) {
            ROOM_FOR_ONE(plan->run, plan->runs, finder->capacity);
            plan->step[first].gather = plan->runs;
            plan->run[plan->runs++] = run;
        }
        first += run.wanted;
    }
}

void plan_find_runs(struct exchange_plan *plan)
{
    struct finder finder = {.plan = plan, .gathered = NEW_ARRAY(bool, (size_t)plan->slots)};

    for (int32_t i = 0; i < plan->gathers; i++)
        for (int32_t slot = 0; slot < plan->gather[i].count; slot++)
            finder.gathered[plan->gather[i].slot + slot] = true;
    for (int64_t i = 0; i < (int64_t)plan->ranks * plan->lanes; i++)
        find_runs_of_lane(&finder, (int32_t)(i / plan->lanes), plan->lane_start[i],
                          plan->lane_start[i + 1]);
    plan->run_listings = plan_find_listings(plan, plan->run, plan->runs);
    for (int32_t i = 0; i < plan->runs; i++)
        plan->run[i].exclusive = false; /* others read its gaps */
    free(finder.gathered);
}
