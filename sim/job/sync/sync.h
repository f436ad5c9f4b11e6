/* SPDX-License-Identifier: MIT
 * sync.h -- when a worker may go on to its next round.
 *
 * Family "sync".  With `bsp` nobody starts round r+1 before having the reduction of round r.
 * To add a kind: write yours.c with `const struct sync_kind sync_yours`, add its line to
 * list.h. */
#ifndef TRAINCAST_SIM_JOB_SYNC_SYNC_H
#define TRAINCAST_SIM_JOB_SYNC_SYNC_H

#include "base/field.h"

struct sync_kind {
    struct kind kind;
    /* Rounds by which the fastest worker may be ahead of the slowest; 0: a barrier every round.
     */
    int64_t (*staleness)(const void *conf);
};

extern const struct family sync_family; /* "sync" */

#endif
