/* SPDX-License-Identifier: MIT
 * job.h -- what a run does with its groups and channels: trains, serves, ...
 *
 * A job kind spawns bodies and tasks when the run begins and says at the end what came out.
 * Everything else (clock, platforms, channels, ledger, database) is the run's (run.h) and knows
 * no kind by name.  To add a kind: write yours.c with `const struct job_kind job_yours`, add
 * its line to list.h. */
#ifndef TRAINCAST_SIM_JOB_JOB_H
#define TRAINCAST_SIM_JOB_JOB_H

#include <stdbool.h>

#include "base/diag.h"
#include "base/field.h"

struct job;
struct run;
struct run_end;
struct learner;
struct scenario;

struct job_kind {
    struct kind kind;
    bool trains;         /* needs data, model and optimizer, and gets a learner */
    bool trains_several; /* ... of which it makes others; no closed form describes it */
    /* Checks across fields that no table can express; learner is NULL when not loaded. */
    void (*check)(const struct scenario *scenario, const struct learner *learner,
                  struct diag_list *diags);
    /* Whether it goes on without messages that are lost; NULL: it does not. */
    bool (*may_lose)(const struct scenario *scenario);
    /* Why a recorded trajectory may not stand in for what it learns (see job_is_repeatable);
     * NULL: it may.  Without this it never may. */
    const char *(*unrepeatable)(const struct scenario *scenario);
    /* Before the engine runs: spawn the first bodies.  Never blocks. */
    struct job *(*start)(struct run *run);
    /* After the engine ended, whatever way: fills the figures the job has (losses, rounds ...).
     */
    void (*figures)(struct job *job, struct run_end *end);
    /* Tells everybody who still works on it to leave: of a trial that is over (run.h).  NULL
     * unless `trains`. */
    void (*dismiss)(struct job *job);
    struct job *(*free)(struct job *job);
};

extern const struct family job_family; /* "job" */

/* Whether the scenario's parts fit together, whatever its job: platforms, channels, groups. The
 * job's own check comes beside it. */
void job_check_parts(const struct scenario *scenario, struct diag_list *diags);

static inline const struct job_kind *job_kind_of(const struct choice *choice)
{
    return (const struct job_kind *)choice->kind;
}

/* Whether what a run of this scenario learns is the same on every platform, channel and
 * network, so that a recorded trajectory may stand in for it; as long as nobody is lost or left
 * behind, which the learner is told of (learner/trajectory.h).  Not where what is learnt
 * depends on the clock (asp, ssp) or on which messages a network loses.  False: why, in words,
 * in *ret_why (may be NULL). */
bool job_is_repeatable(const struct scenario *scenario, const char **ret_why);

#endif
