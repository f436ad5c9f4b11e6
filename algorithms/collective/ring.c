/* SPDX-License-Identifier: MIT
 * ring.c -- reduce-scatter and all-gather around a ring: 2(W-1) messages of 1/W of the vector
 * per rank, always to the right neighbour; the least bytes any rank can get away with.
 *
 * Chunks travel to the right.  In step t of the first half rank r passes on chunk r-t, which
 * has collected t+1 contributions, so after W-1 steps it holds all of chunk r+1; in the second
 * half finished chunks go around in the same way.  (Patarasuk and Yuan, 2009)
 *
 * Slots: half, step and sender: (half (W-1) + t) W + r. */
#include "algorithms/collective/collective.h"

static int64_t ring_slots(const void *conf, int ranks)
{
    (void)conf;
    return 2 * ((int64_t)ranks - 1) * ranks;
}

static void add_step(struct schedule *out, enum step_op op, int64_t slot, int chunk, int ranks,
                     int summed, int64_t bytes)
{
    struct slice slice = slice_of(bytes, chunk, ranks);

    schedule_add(out, (struct step){.op = op,
                                    .slot = (int32_t)slot,
                                    .count = 1,
                                    .offset_bytes = slice.offset_bytes,
                                    .bytes = slice.bytes,
                                    .summed = summed});
}

static void ring_steps(const void *conf, struct schedule *out, int rank, int ranks,
                       int64_t bytes)
{
    int left = (rank + ranks - 1) % ranks;

    (void)conf;
    for (int half = 0; half < 2; half++)
        for (int t = 0; t < ranks - 1; t++) {
            int64_t slots = ((int64_t)half * (ranks - 1) + t) * ranks;
            int chunk = (rank + half - t + ranks) % ranks, summed = half ? ranks : t + 1;

            add_step(out, STEP_PUT, slots + rank, chunk, ranks, summed, bytes);
            add_step(out, STEP_GET, slots + left, (chunk + ranks - 1) % ranks, ranks, summed,
                     bytes);
        }
}

const struct collective_kind collective_ring = {
    .kind = {.name = "ring",
             .doc = "Chunks are summed while they go around a ring of ranks, then go around "
                    "once more.",
             .source = "Patarasuk and Yuan, J. Parallel Distrib. Comput. 69 (2009)"},
    .slots = ring_slots,
    .steps = ring_steps,
};
