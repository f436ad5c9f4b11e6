/* SPDX-License-Identifier: MIT
 * sharing.h -- which points compute from the same rows, so that these are loaded once.
 *
 * The parent loads a data set before it forks a process that computes from it, if at least two
 * computations do; points that read the same rows run next to each other, so that a sweep over
 * many data sets needs few of them at a time.  What only one point reads its own process loads,
 * beside the others.
 * SIMPLIFIED: while the parent loads, it neither writes nor begins processes; those that run go
 * on. */
#ifndef TRAINCAST_SIM_SWEEP_SHARING_H
#define TRAINCAST_SIM_SWEEP_SHARING_H

#include "sim/job/learner/data_shelf.h"
#include "sim/sweep/plan.h"

struct sharing {
    const struct plan *plan;
    bool reuse;
    struct data_shelf *shelf;
    size_t *order;   /* [points]: in which they are to run */
    bool *is_shared; /* [points]: its rows serve several computations */
};

void sharing_init(struct sharing *sharing, const struct plan *plan, bool reuse);
void sharing_done(struct sharing *sharing);
/* Loads what these points are going to compute from, as far as it is shared. */
void sharing_load(struct sharing *sharing, const size_t *point, size_t points);

#endif
