/* SPDX-License-Identifier: MIT
 * iid.c -- every row goes to a random worker, shards of equal size. */
#include "traces/partition/cut.h"

static bool cut(const struct partition_request *request, struct partition *partition,
                struct err *err)
{
    struct rng rng = rng_at(rng_stream(request->seed, "partition.iid"), 0, 0);

    (void)err;
    cut_in_order(partition);
    rng_shuffle(&rng, partition->row, (size_t)partition->rows);
    cut_evenly(partition);
    return true;
}

extern const struct partition_kind partition_iid;
const struct partition_kind partition_iid = {
    .kind = {.name = "iid",
             .doc = "A random order, shards of equal size: every worker sees the same "
                    "distribution."},
    .cut = cut,
};
