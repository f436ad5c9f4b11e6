/* SPDX-License-Identifier: MIT
 * bsp.h -- what the files of `bsp` share: bsp.c (the kind; a worker's round), bsp_round.c (what
 * happens once per round, and who takes part) and bsp_timeout.c (who has waited too long). */
#ifndef TRAINCAST_SIM_JOB_SYNC_BSP_H
#define TRAINCAST_SIM_JOB_SYNC_BSP_H

#include "sim/channel/exchange.h"
#include "sim/job/training.h"

enum on_timeout { TIMEOUT_ABORT, TIMEOUT_CONTINUE_WITHOUT };

struct bsp_conf {
    double timeout_s; /* INFINITY: none */
    int on_timeout;   /* enum on_timeout */
};

/* An exchange in progress.  Two may be, because the fastest is at most one round ahead. */
struct bsp_round {
    int64_t round; /* -1: unused */
    struct exchange *exchange;
    int entered; /* members that have come to the exchange, */
    int left;    /* ... and that are through */
    double begin_s;
    bool evaluated; /* an evaluation of this round was begun */
};

struct bsp_worker {
    struct worker *worker;
    int64_t entered;       /* the last round whose exchange it came to; -1: none yet */
    bool inside;           /* its body is in an exchange */
    struct event patience; /* when it may have waited too long; see bsp_timeout.c */
};

struct bsp {
    const struct bsp_conf *conf;
    struct bsp_worker *worker;    /* [W] */
    struct exchange_plan *plan;   /* for `members` ranks; the last of ... */
    struct exchange_plan **plans; /* ... one for each membership there was */
    size_t plan_count, plan_capacity;
    struct exchange **retired; /* abandoned when a member was lost */
    size_t retired_count, retired_capacity;
    struct bsp_round state[2];
    int64_t reinvoked_round; /* all members start afresh before this round; -1: none yet */
    struct object checkpoint, model;
};

static inline struct bsp *bsp_of(const struct training *t)
{
    return t->state;
}

/* -- bsp_round.c -- */
void bsp_plan(struct training *t);
struct bsp_round *bsp_round(struct training *t, int64_t round);
/* The worker comes to its round's exchange; a replacement that comes again changes nothing. */
void bsp_enter_round(struct worker *worker, struct bsp_round *state);
/* The worker has its round's exchange behind it. */
void bsp_leave_round(struct worker *worker);
void bsp_excluded(struct training *t, struct worker *lost);
void bsp_free_rounds(struct bsp *bsp);

/* -- bsp_timeout.c -- */
void bsp_patience_init(struct training *t);
void bsp_patience_begin(struct worker *worker);
void bsp_patience_end(struct worker *worker);

#endif
