/* SPDX-License-Identifier: MIT
 * scatter_reduce.c -- every rank reduces one chunk of the vector, then all fetch all chunks.
 *
 * Chosen over one leader where bandwidth of a rank is the limit: each moves (3W-2)/W of the
 * vector, instead of one rank moving W times it.  Rank r owns chunk r, and its own copy of it
 * never moves: W PUTs and 2(W-1) GETs per rank.
 *
 * Slots: the W-1 copies of chunk j are j(W-1) + k, k counting the other ranks in order; the
 * merged chunk j is W(W-1) + j. */
#include "algorithms/collective/collective.h"

static int64_t scatter_reduce_slots(const void *conf, int ranks)
{
    (void)conf;
    return ranks > 1 ? (int64_t)ranks * ranks : 0;
}

static struct step about_chunk(enum step_op op, int64_t slot, int chunk, int ranks, int summed,
                               int64_t bytes)
{
    struct slice slice = slice_of(bytes, chunk, ranks);

    return (struct step){.op = op,
                         .slot = (int32_t)slot,
                         .count = 1,
                         .offset_bytes = slice.offset_bytes,
                         .bytes = slice.bytes,
                         .summed = summed};
}

/* Others in the order rank+1, rank+2, ... (modulo W), so that not all ask for chunk 0 first. */
static void scatter_reduce_steps(const void *conf, struct schedule *out, int rank, int ranks,
                                 int64_t bytes)
{
    int64_t copies = ranks - 1, merged = (int64_t)ranks * copies;
    struct step gather;

    (void)conf;
    if (ranks == 1)
        return;
    for (int i = 1; i < ranks; i++) {
        int chunk = (rank + i) % ranks;
        int64_t copy = rank < chunk ? rank : rank - 1;

        schedule_add(out, about_chunk(STEP_PUT, chunk * copies + copy, chunk, ranks, 1, bytes));
    }
    gather = about_chunk(STEP_GATHER, rank * copies, rank, ranks, 1, bytes);
    gather.count = (int32_t)copies;
    schedule_add(out, gather);
    schedule_add(out, about_chunk(STEP_PUT, merged + rank, rank, ranks, ranks, bytes));
    for (int i = 1; i < ranks; i++) {
        int chunk = (rank + i) % ranks;

        schedule_add(out, about_chunk(STEP_GET, merged + chunk, chunk, ranks, ranks, bytes));
    }
}

const struct collective_kind collective_scatter_reduce = {
    .kind = {.name = "scatter_reduce",
             .doc = "Every rank reduces one chunk of the vector; then everyone fetches the "
                    "others' chunks.",
             .source = "LambdaML (SIGMOD 2021), ScatterReduce through storage"},
    .slots = scatter_reduce_slots,
    .steps = scatter_reduce_steps,
};
