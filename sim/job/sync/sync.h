/* SPDX-License-Identifier: MIT
 * sync.h -- what a worker's round is, and who waits for whom.
 *
 * Family "sync".  A worker's life is the same under all kinds (sim/job/worker.c): load, then
 * round after round, now and then a new function; a kind says what a round is, what a worker
 * reads whose memory was lost, and what the others do when one is gone.
 * To add a kind: write yours.c with `const struct sync_kind sync_yours`, add its line to
 * list.h; tests/conformance/sync.py says what must hold for every kind. */
#ifndef TRAINCAST_SIM_JOB_SYNC_SYNC_H
#define TRAINCAST_SIM_JOB_SYNC_SYNC_H

#include "base/diag.h"
#include "base/field.h"
#include "base/outcome.h"

struct actor;
struct learner;
struct node;
struct scenario;
struct training;
struct worker;

/* kind.needs: "pattern", when it exchanges by one. */
struct sync_kind {
    struct kind kind;

    /* Rounds by which the fastest worker may be ahead of the slowest.  0: what is learnt does
     * not depend on the clock; INT64_MAX: no limit. */
    int64_t (*staleness)(const void *conf);
    /* Every round's values are formed by learner_begin ... learner_reduce, for all at once: a
     * recorded trajectory may stand in for the learner (trajectory.h).  Other calls of a
     * learner: false. */
    bool lockstep;
    /* Messages that the channel does not take, optimizers that it does not suit ...; learner is
     * NULL when not loaded. */
    void (*check)(const struct scenario *scenario, const struct learner *learner,
                  struct diag_list *diags);

    /* t->state is the kind's own; when start is called everything else of *t is there. */
    void (*start)(struct training *t);
    void (*free)(struct training *t);
    /* Notes what is known only at the end; may be NULL. */
    void (*figures)(struct training *t, double sim_time_s);

    /* Has the worker another round to do? */
    bool (*goes_on)(const struct worker *worker);
    /* Blocks.  One round of the worker from begin to end; counts worker->round on. */
    enum outcome (*round)(struct actor *self, struct worker *worker, struct node *node);
    /* Shall a new function do the worker's next round?  This one began with round begun_with.
     */
    bool (*hands_over)(const struct worker *worker, int64_t begun_with);
    /* Blocks.  What must be written before; may be NULL. */
    enum outcome (*hand_over)(struct actor *self, struct worker *worker, struct node *node);
    /* Blocks.  The worker's memory was lost: reads what it needs to go on.  May be NULL. */
    enum outcome (*recover)(struct actor *self, struct worker *worker, struct node *node);
    /* The worker is no member any more; t->members and ranks are counted anew.  May be NULL. */
    void (*excluded)(struct training *t, struct worker *lost);
};

extern const struct family sync_family; /* "sync" */

static inline const struct sync_kind *sync_kind_of(const struct choice *choice)
{
    return (const struct sync_kind *)choice->kind;
}

#endif
