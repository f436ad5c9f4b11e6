/* SPDX-License-Identifier: MIT
 * allreduce.c -- one leader: everyone hands it the whole vector, it merges, everyone fetches
 * the result.  The template of this family.
 *
 * As in LambdaML's released code rank 0 leads, and stores and fetches its own vector like
 * everybody else's: on the critical path lie one PUT, W GETs, one PUT and a follower's GET, W +
 * 3 operations.
 *
 * Slots: rank's vector 0 .. W-1; the merged one W. */
#include "algorithms/collective/collective.h"

static int64_t allreduce_slots(const void *conf, int ranks)
{
    (void)conf;
    return ranks > 1 ? (int64_t)ranks + 1 : 0;
}

static void allreduce_steps(const void *conf, struct schedule *out, int rank, int ranks,
                            int64_t bytes)
{
    struct step own = {.op = STEP_PUT, .slot = rank, .count = 1, .bytes = bytes, .summed = 1};
    struct step all = {
        .op = STEP_GATHER, .slot = 0, .count = ranks, .bytes = bytes, .summed = 1};
    struct step merged = {
        .op = STEP_PUT, .slot = ranks, .count = 1, .bytes = bytes, .summed = ranks};

    (void)conf;
    if (ranks == 1)
        return;
    schedule_add(out, own);
    if (rank == 0)
        schedule_add(out, all);
    else
        merged.op = STEP_GET;
    schedule_add(out, merged);
}

const struct collective_kind collective_allreduce = {
    .kind = {.name = "allreduce",
             .doc = "One leader (rank 0) fetches everybody's vector and stores the merged one.",
             .source = "LambdaML (SIGMOD 2021), AllReduce through storage"},
    .has_leader = true,
    .slots = allreduce_slots,
    .steps = allreduce_steps,
};
