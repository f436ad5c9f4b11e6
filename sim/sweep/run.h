/* SPDX-License-Identifier: MIT
 * run.h -- all points of a plan, on so many processes, into one database.
 *
 * This process alone writes; finished runs are committed several at a time, and at least every
 * fraction of a second, so a kill at any moment loses what was running and nothing that was
 * committed.  Numbers and rows of runs depend neither on the number of processes nor on who
 * finished first (plan.h), so however often it was killed: in the end the file is the same. */
#ifndef TRAINCAST_SIM_SWEEP_RUN_H
#define TRAINCAST_SIM_SWEEP_RUN_H

#include "sim/sweep/plan.h"

struct sweep_progress {
    size_t points, before;    /* all; done before this call, or the same as another */
    size_t badly_before;      /* of before: did not end well */
    size_t done, failed;      /* in this call; failed is not part of done */
    size_t elsewhere;         /* another sweep of the same database finished them meanwhile */
    double elapsed_s;         /* real time since it began */
    double rate_per_s, eta_s; /* NaN: not known yet */
};
typedef void(sweep_progress_fn)(void *arg, const struct sweep_progress *progress);
/* A point that did not end well; message is a sentence. */
typedef void(sweep_failure_fn)(void *arg, size_t point, const char *message);

struct sweep_run {
    struct plan *plan;
    struct results *results;
    const struct run_build *build;
    bool reuse;                  /* what is learnt alike is computed once */
    int processes;               /* at least 1 */
    double wall_time_s;          /* limit of real time of each run; 0: none */
    const struct results *known; /* another database whose trajectories help, or NULL */
    const bool *chosen;          /* [points]: only these; NULL: all */
    sweep_progress_fn *progress;
    sweep_failure_fn *failure;
    void *arg;

    /* what came of it */
    struct sweep_progress now;
    bool interrupted;
};

/* False: the real machine failed.  Ends early, and well, after sweep_interrupt. */
bool sweep_run(struct sweep_run *run, struct err *err);
bool sweep_is_interrupted(void);
/* What is done and what not, where somebody else ran it. */
void sweep_run_tally(struct sweep_run *run, struct plan *plan, const bool *chosen);
void sweep_interrupt(void); /* async-signal-safe; a second time: without waiting for anybody */

#endif
