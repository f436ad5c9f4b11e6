/* SPDX-License-Identifier: MIT
 * plan.h -- a collective compiled for (ranks, sizes): what exchange.c executes round after
 * round.
 *
 * The steps of all ranks stand in one array, those of a rank's lane side by side.  For direct
 * channels a slot is one message per reader: an *edge*; edges of a slot are neighbours, too. */
#ifndef TRAINCAST_SIM_CHANNEL_PLAN_H
#define TRAINCAST_SIM_CHANNEL_PLAN_H

#include "algorithms/collective/carried.h"
#include "sim/channel/exchange.h"

struct plan_step {
    int64_t bytes; /* on its way */
    int32_t slot, count;
    int32_t gather; /* GATHER: index into plan->gather; a GET that begins a run: index into
                     * plan->run; else -1 */
    enum step_op op;
};

/* One GATHER of one rank, or a *run*: two or more GETs one after another, which a service that
 * answers many keys at once is asked for at once. */
struct gather {
    int32_t rank;
    int32_t slot, count;
    int32_t wanted;  /* of these slots: those that the rank reads; of a GATHER all */
    int32_t listing; /* through storage: those that overlap share a prefix */
    bool exclusive;  /* nobody else reads these slots: who has read them deletes them */
    bool is_run;
};

struct exchange_plan {
    int ranks, lanes; /* lanes: of every rank, some may be empty */
    int64_t slots, edges;
    int32_t gathers, listings;
    int32_t runs, run_listings;
    int32_t merged; /* the slot that the service makes of the ranks' slots 0 .. ranks-1, which
                     * are listing 0; -1: none */
    int64_t merged_bytes;
    struct plan_step *step;
    int64_t *lane_start;   /* [ranks * lanes + 1] into step */
    int64_t *reader_start; /* [slots + 1] into reader */
    int32_t *reader;       /* [edges] ranks, ascending within a slot */
    struct gather *gather, *run;
    int64_t max_message_bytes;
    struct carried *carried; /* what lost messages take with them; NULL: none can be lost */
};

/* plan_runs.c */
void plan_find_runs(struct exchange_plan *plan);
/* Numbers the listings of those that overlap; returns how many there are. */
int32_t plan_find_listings(const struct exchange_plan *plan, struct gather *gather,
                           int32_t count);

static inline int64_t plan_edge(const struct exchange_plan *plan, int32_t slot, int32_t rank)
{
    int64_t low = plan->reader_start[slot], high = plan->reader_start[slot + 1];

    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;

        if (plan->reader[middle] <= rank)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static inline bool plan_reads(const struct exchange_plan *plan, int32_t slot, int32_t rank)
{
    return plan->reader_start[slot] < plan->reader_start[slot + 1] &&
           plan->reader[plan_edge(plan, slot, rank)] == rank;
}

#endif
