/* SPDX-License-Identifier: MIT
 * cut.h -- what the kinds of partition share; nobody else includes it. */
#ifndef TRAINCAST_TRACES_PARTITION_CUT_H
#define TRAINCAST_TRACES_PARTITION_CUT_H

#include "base/rng.h"
#include "traces/partition/partition.h"

void cut_in_order(struct partition *partition); /* row = 0, 1, 2 ... */
void cut_evenly(struct partition *partition);   /* start: sizes differ by one at most */
/* row: sorted by class, in the order of the data within each; class_start: int64[K+1]. */
void cut_by_class(const struct partition_request *request, struct partition *partition,
                  int64_t *class_start);
/* So that the part held out of a shard is like the rest of it. */
void cut_shuffle_shards(const struct partition_request *request, struct partition *partition);

#endif
