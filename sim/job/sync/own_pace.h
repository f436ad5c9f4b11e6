/* SPDX-License-Identifier: MIT
 * own_pace.h -- what the kinds without a barrier (asp, ssp) share.
 *
 * Each worker goes at its own pace: its function hands over when its own lifetime would not
 * hold another of its own rounds; a round that decides the end of the run ends it there and
 * then, and whoever is still at work is told; what is learnt travels as tensors beside the
 * bytes that the channel moves. */
#ifndef TRAINCAST_SIM_JOB_SYNC_OWN_PACE_H
#define TRAINCAST_SIM_JOB_SYNC_OWN_PACE_H

#include "sim/job/learner/stale.h"
#include "sim/job/training.h"

/* One request on channel main.  What it means to others must happen the moment it is there,
 * before anybody can see it, and must have happened even if its worker is lost at that very
 * moment, or waits for an answer that was lost: so callbacks do it, not the worker's body. */
struct call {
    struct request request;
    struct worker *worker;
    void (*wrote)(
        struct call *call); /* callback, of a PUT: as struct request has it; or NULL */
    void (*landed)(struct call *call); /* callback: it has ended well; may be NULL */
};

/* Blocks.  Books COMMUNICATE and WAIT.  CANCELLED without a doom: somebody used channel_cancel
 * and actor_wake. */
enum outcome call_do(struct actor *self, struct call *call, struct worker *worker,
                     struct node *node, enum verb verb, struct object *object, int64_t bytes,
                     const char *for_what);

/* What one worker remembers of its pace; zeroed at first. */
struct pace {
    double begin_s, longest_round_s;
    int64_t evaluated_rounds; /* up to here it has charged evaluations */
};

void pace_begin(struct pace *pace, const struct worker *worker);
/* Blocks.  The worker's round is over: its charged evaluation, if there was a new one.  The one
 * that ends the run is charged to nobody. */
enum outcome pace_end(struct actor *self, struct pace *pace, struct worker *worker,
                      struct node *node);
bool pace_hands_over(const struct pace *pace, const struct worker *worker, int64_t begun_with);

/* Round t->round's result is in the learner and the round is over: row, critical path through
 * entity, and the end of the run if this was its last. */
void own_pace_form(struct training *t, int entity);

/* The checks that both need: a channel that stores, a learner that can; then the size of what
 * one PUT writes and of all that lies in the channel at once. */
void own_pace_check(const struct scenario *scenario, const struct learner *learner,
                    struct diag_list *diags);
void own_pace_check_room(const struct scenario *scenario, int64_t message_bytes,
                         int64_t all_bytes, struct diag_list *diags);

#endif
