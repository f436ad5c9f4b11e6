/* SPDX-License-Identifier: MIT
 * contiguous.c -- the first worker gets the first rows, and so on.
 *
 * What happens to a file that is cut into W objects of equal size and uploaded (LambdaML).  The
 * plainest of the partitions: copy this one. */
#include "traces/partition/cut.h"

static bool cut(const struct partition_request *request, struct partition *partition,
                struct err *err)
{
    (void)request;
    (void)err;
    cut_in_order(partition);
    cut_evenly(partition);
    return true;
}

extern const struct partition_kind partition_contiguous;
const struct partition_kind partition_contiguous = {
    .kind = {.name = "contiguous",
             .doc = "Consecutive rows in the order of the file, shards of equal size."},
    .cut = cut,
};
