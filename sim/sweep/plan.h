/* SPDX-License-Identifier: MIT
 * plan.h -- the points of a sweep against a database: what is there, what is to be run.
 *
 * A run is known by the SHA-256 of its resolved scenario (with its seed, name and campaign in
 * it), the behaviour version and the BLAS kernel; the git commit is provenance, not part of it.
 * What has ended by itself, well or badly, is not run again: it would end the same.  What a
 * signal, a limit of real time or the machine ended is. */
#ifndef TRAINCAST_SIM_SWEEP_PLAN_H
#define TRAINCAST_SIM_SWEEP_PLAN_H

#include "sim/job/run_about.h"
#include "sim/results/results.h"
#include "sim/sweep/kept.h"
#include "sim/sweep/learning.h"
#include "sim/sweep/sweep.h"

enum planned_state {
    PLANNED_NEW,  /* not in the database */
    PLANNED_DUE,  /* has its row and number, is to be run */
    PLANNED_DONE, /* has ended by itself; status says how */
    PLANNED_SAME, /* another point asks for the very same */
};

struct planned {
    char sha256[SHA256_TEXT];
    enum planned_state state;
    enum run_status status;
    int64_t run_id;
    size_t learning; /* of plan->learnings; LEARNING_NONE */
    uint64_t data;   /* a hash of what its rows are known by (data_shelf.h); 0: it has none */
    double wanted;   /* epochs or rounds after which it stops at the latest; 0: not known */
};

struct plan {
    const struct sweep *sweep;
    struct planned *point; /* [sweep->points] */
    struct learnings learnings;
    struct kept kept; /* from plan_check until plan_write */
    size_t news, due, done, same;
    /* what there is to learn for the points that are to be run */
    size_t learnings_new, learnings_known, apart; /* apart: points that compute by themselves */
    /* real time of the runs of this campaign that are in the database: the mean, and the
     * longest, which computed what others repeat; NaN: there are none */
    double mean_s, longest_s;
    int64_t *stray; /* planned runs of the campaign that are no point of the file (any more) */
    size_t strays, stray_capacity;
};

void plan_open(struct plan *plan, const struct sweep *sweep);
void plan_close(struct plan *plan);
/* Resolves every point; false after complaints. */
bool plan_check(struct plan *plan, const struct run_build *build, struct diag_list *diags);
/* Does the point still ask for what was planned?  NULL: yes, else why not.  Files of YAML
 * and of values are read once and for all, rows when a point needs them. */
const char *plan_change(const struct plan *plan, size_t index, const struct scenario *scenario);
/* Says of each point whether the database has it.  Reads only. */
bool plan_look(struct plan *plan, const struct results *results, const struct run_build *build,
               struct err *err);
/* Looks, and gives every new point its row, in the order of points; chosen: only these; NULL:
 * all.  One transaction: two sweeps at once do not plan a point twice. */
bool plan_write(struct plan *plan, struct results *results, const struct run_build *build,
                const bool *chosen, struct err *err);
/* Deletes the strays, but for those that another sweep is at. */
bool plan_prune(struct plan *plan, struct results *results, struct err *err);
/* What another database has done already is not to be done here; what it knows of learning is
 * read from there (learning_read). */
bool plan_leave_out(struct plan *plan, const struct results *other,
                    const struct run_build *build, bool *chosen, struct err *err);

#endif
