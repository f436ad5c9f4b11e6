/* SPDX-License-Identifier: MIT
 * stale_inside.h -- the state behind stale.h; made when first used, freed with the learner. */
#ifndef TRAINCAST_SIM_JOB_LEARNER_STALE_INSIDE_H
#define TRAINCAST_SIM_JOB_LEARNER_STALE_INSIDE_H

#include <assert.h>

#include "sim/job/learner/computed.h"
#include "sim/job/learner/stale.h"

/* A worker's round from a given model. */
struct lone_step {
    struct computed *computed;
    struct future future;
    int worker;
    int64_t round;
    struct tensor *base, *model;
};

/* Messages of one clock, or the newest of each, that a view puts on top of what is below. */
struct layer {
    int64_t clock;     /* for the optimizer's apply */
    int first, count;  /* of the view's messages */
    double part_ratio; /* of the clock's whole weight; 1: all of it */
};

/* A worker's clock from a view of its own. */
struct view_step {
    struct computed *computed;
    struct future future;
    int worker;
    int64_t clock;
    int64_t known; /* K */
    struct tensor *base;
    struct layer *layer;
    int layers, layer_capacity;
    struct tensor **message; /* of all layers, one after another */
    const float **value;     /* as reduce wants them */
    double *weight;
    int messages, message_capacity;
    struct tensor *view, *reduced; /* NULL without layers */
    struct tensor *own;            /* what it yields */
    double own_weight;
};

/* What was published of a clock. */
struct clock_row {
    struct tensor **message; /* [workers]; NULL: not published */
    double *weight;          /* [workers] */
    struct tensor *result;   /* NULL: not formed yet */
};

struct stale {
    struct tensors tensors; /* long enough for weights and messages */
    struct lone_step *lone; /* [workers] */
    struct view_step *step; /* [workers] */
    struct clock_row *row;  /* clocks first_clock, first_clock + 1, ... */
    int64_t first_clock, rows, row_capacity;
    bool *published; /* [workers]: for reduce */
};

static inline struct computed *stale_learner(struct learner *learner)
{
    assert(learner->kind == &computed_kind && !learner->recorded);
    return (struct computed *)learner;
}

/* stale.c */
struct stale *stale_of(struct computed *computed);

/* views.c: initial is taken. */
void views_init(struct stale *stale, struct tensor *take_initial, int workers);
void views_done(struct stale *stale, struct computed *computed);

#endif
