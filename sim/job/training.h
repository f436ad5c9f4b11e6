/* SPDX-License-Identifier: MIT
 * training.h -- the state of a data-parallel training job, shared by its three files:
 * data_parallel.c (the kind, its settings and checks), worker.c (what one worker does),
 * round.c (what happens once per round, and who takes part).
 *
 * W workers are numbered 0..W-1 for ever; the *members* are those that still take part, and a
 * member's *rank* is its place among them.  A round is *formed* when its first member has the
 * whole exchange behind it (the values are reduced then, once for all), and *complete* when its
 * last has. */
#ifndef TRAINCAST_SIM_JOB_TRAINING_H
#define TRAINCAST_SIM_JOB_TRAINING_H

#include "sim/channel/exchange.h"
#include "sim/job/run.h"

enum on_worker_loss { LOSS_WAIT, LOSS_ABORT, LOSS_CONTINUE_WITHOUT };

struct data_parallel_conf {
    struct choice store;      /* where data and checkpoints lie: family "channel" */
    int on_worker_loss;       /* enum on_worker_loss */
    double loss_timeout_s;    /* until the others notice a loss */
    double lifetime_margin_s; /* re-invoke when less than a round and this is left */
};

struct training;

struct worker {
    struct task task[2]; /* a re-invocation overlaps the attempt that asks for it */
    int current;         /* which of the two runs */
    struct training *training;
    int number, entity, rank;
    struct actor *actor; /* NULL while none of its bodies runs */
    double expires_s;    /* when its lifetime ends; a crash comes unannounced */
    struct object partition;
    int64_t round;     /* the one it works on */
    bool member;       /* still takes part */
    bool finished;     /* all its rounds are done */
    bool gone;         /* left for good, one way or the other */
    bool needs_model;  /* its memory was lost: read the model before going on */
    struct event loss; /* when the others notice that it is gone */
};

/* An exchange in progress.  Two may be, because the fastest is at most one round ahead (BSP).
 */
struct round_state {
    int64_t round; /* -1: unused */
    struct exchange *exchange;
    int left;        /* members that are through */
    int last_entity; /* who entered last: the critical path went through it */
    double begin_s;
    bool evaluated; /* an evaluation of this round was begun */
};

struct training {
    struct run *run;
    const struct data_parallel_conf *conf;
    const struct compute_conf *compute;
    const struct learner_facts *facts;
    struct platform *platform;
    struct channel *main, *store;
    double lifetime_s;

    struct worker *worker;         /* [W] */
    int workers, members, working; /* working: members that have not left for good */
    bool *arrived;                 /* [W]: for reduce */
    int last_entity;               /* who left last: the end of the critical path */

    struct exchange_plan *plan;   /* for `members` ranks; the last of ... */
    struct exchange_plan **plans; /* ... one for each membership there was */
    size_t plan_count, plan_capacity;
    struct exchange **retired; /* abandoned when a member was lost */
    size_t retired_count, retired_capacity;
    struct round_state state[2];
    int64_t round;           /* the first that is not formed yet */
    int64_t last_round;      /* the last there will be; INT64_MAX until decided */
    int64_t reinvoked_round; /* all members start afresh before this round; -1: none yet */
    int64_t evaluated_round; /* the last of which an evaluation was begun; -1: none yet */
    double formed_s, longest_round_s;
    struct object checkpoint, model;

    struct round_row pending; /* evaluated, but its losses were not waited for yet */
    bool has_pending;
    double last_evaluated_s;
    bool has_final;
    struct evaluation final; /* the last evaluation that was waited for */
    double time_to_loss_s;
    int64_t cost_to_loss_pusd;
};

/* -- round.c -- */
void training_set_members(struct training *t);
struct round_state *training_round(struct training *t, int64_t round);
/* The worker has its round's exchange behind it. */
void training_leave_round(struct training *t, struct worker *worker);
/* The round's losses go to the ledger once they are there; at the end for the last one. */
void training_flush(struct training *t);
/* The worker will not come back: go on without it. */
void training_exclude(struct training *t, struct worker *worker);
/* Ends the run as failed: everybody is told. */
void training_abort(struct training *t, enum run_status status, const char *reason,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));
double training_epoch_of(const struct training *t, int64_t rounds);

/* -- worker.c -- */
void worker_init(struct training *t, struct worker *worker, int number);
double training_core_s(const struct compute_conf *compute, const struct work *work);

#endif
