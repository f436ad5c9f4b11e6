/* SPDX-License-Identifier: MIT
 * training.h -- the state of a data-parallel training job, shared by its files:
 * data_parallel.c (the kind, its settings and checks), worker.c (what one worker does from its
 * first instruction to its last), round.c (what a round yields: evaluations, the decision to
 * stop), and the kinds of synchronisation in sync/ (what a round is and who waits for whom).
 *
 * W workers are numbered 0..W-1 for ever; the *members* are those that still take part, and a
 * member's *rank* is its place among them.  A round is *formed* when its values are (in the
 * learner, once for all), and *complete* when its last member is through. */
#ifndef TRAINCAST_SIM_JOB_TRAINING_H
#define TRAINCAST_SIM_JOB_TRAINING_H

#include "sim/job/message_series.h"
#include "sim/job/run.h"
#include "sim/job/sync/sync.h"

enum on_worker_loss { LOSS_WAIT, LOSS_ABORT, LOSS_CONTINUE_WITHOUT };
enum missing_checkpoint { MISSING_WAIT, MISSING_CRASH };

struct data_parallel_conf {
    struct choice store;      /* where data and checkpoints lie: family "channel" */
    int on_worker_loss;       /* enum on_worker_loss */
    double loss_timeout_s;    /* until the others notice a loss */
    double lifetime_margin_s; /* re-invoke when less than a round and this is left */
    int missing_checkpoint;   /* enum missing_checkpoint */
};

extern const char *const data_parallel_loss_names[], *const data_parallel_missing_names[];

/* The settings as fields of a struct that has them as a member (`prefix_`: "training."). */
/* clang-format off */
#define DATA_PARALLEL_FIELDS(struct_, prefix_)                                              \
    CONF(struct_, prefix_ store, .apart = true, .key = "store", .family = "channel", .preset = "s3",       \
         .doc = "Where the data set and checkpoints lie, whatever channel the models go "   \
                "through."),                                                                \
    CONF(struct_, prefix_ on_worker_loss, .apart = true, .key = "on_worker_loss",                          \
         .names = data_parallel_loss_names, .preset = "wait",                               \
         .doc = "What the others do when a worker crashes or expires: wait for the "        \
                "platform's retry, abort the run, or go on without it once loss_timeout "   \
                "has passed."),                                                             \
    CONF(struct_, prefix_ loss_timeout_s, .apart = true, .key = "loss_timeout", .preset = "60 s",          \
         .doc = "With continue_without: how long until the others notice that a worker is " \
                "gone.",                                                                    \
         .source = "LambdaML's released code waits 60 s before it gives a worker up"),      \
    CONF(struct_, prefix_ lifetime_margin_s, .apart = true, .key = "lifetime_margin", .preset = "30 s",    \
         .doc = "All functions re-invoke themselves after a round when the lifetime of one "\
                "of them would not hold another round and this long."),                     \
    CONF(struct_, prefix_ missing_checkpoint, .apart = true, .key = "missing_checkpoint",      \
         .names = data_parallel_missing_names, .optional = true, .absent = "wait",          \
         .doc = "What a function that was re-invoked does when the checkpoint, which the "  \
                "leader writes meanwhile, is not there yet: wait for it, or crash, to be "  \
                "run again by the platform.",                                               \
         .source = "LambdaML, github.com/DS3Lab/LambdaML at e7d466e: crash")
/* clang-format on */

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

struct training {
    struct run *run;
    const struct data_parallel_conf *conf;
    const struct compute_conf *compute;
    const struct learner_facts *facts;
    struct platform *platform;
    struct channel *main, *store;
    struct event main_up; /* workers that start only when channel main is up */
    double lifetime_s;
    const struct sync_kind *sync;
    const void *sync_conf;
    void *state; /* the sync kind's */

    struct object first_model; /* what worker 0 tells the others, where facts->start_bytes */

    struct worker *worker;         /* [W] */
    int workers, members, working; /* working: members that have not left for good */
    bool *arrived;                 /* [W]: is a member, as reduce wants it */
    int last_entity;               /* who left last: the end of the critical path */

    int64_t round;           /* the first that is not formed yet */
    int64_t last_round;      /* the last there will be; INT64_MAX until decided */
    int64_t evaluated_round; /* the last of which an evaluation was begun; -1: none yet */
    double formed_s, longest_round_s;

    bool is_watched; /* its network may lose: messages are counted round by round */
    struct message_series messages;

    struct round_row pending; /* evaluated, but its losses were not waited for yet */
    bool has_pending;
    double last_evaluated_s;
    bool has_final;
    struct evaluation final; /* the last evaluation that was waited for */
    double time_to_loss_s;
    int64_t cost_to_loss_pusd;
};

/* -- round.c: what every kind of synchronisation does with a round's result -- */
double training_now_s(const struct training *t);
double training_epoch_of(const struct training *t, int64_t rounds);
/* The criterion on epochs or rounds, if it ends the run after so many rounds; else NULL. */
const char *training_ends_after(const struct training *t, int64_t rounds);
/* Rounds that a job has at most; 0: epochs and rounds do not bound it. */
int64_t training_rounds_most(const struct stop_conf *stop, double epochs_per_round);
/* Whether something that is done every so many rounds or epochs is done after this round,
 * counted from 0; what is counted in seconds, or never done, is not. */
bool training_is_every(const struct every *every, double epochs_per_round, int64_t round);
/* Whether that round, which is formed now, will be evaluated. */
bool training_evaluates(const struct training *t, int64_t round);
/* The result of round t->round, begun at begin_s, is in the learner: evaluates it when due and
 * decides whether it is the last (t->last_round, run_stop).  Returns whether an evaluation was
 * begun. */
bool training_form(struct training *t, double begin_s);
/* The round is over for its last member.  entity: whom the critical path went through up to
 * now; LEDGER_RUN: the kind cuts the path elsewhere. */
void training_complete(struct training *t, int64_t round, bool evaluated, int entity);
/* The losses evaluated last go to the ledger once they are there; at the end for the last
 * round. */
void training_flush(struct training *t);

/* -- data_parallel.c, for other kinds of job whose settings begin with its own -- */
void training_check(const struct scenario *scenario, const struct learner *learner,
                    struct diag_list *diags);
/* conf: what the kind of synchronisation finds as sync_conf. */
struct job *training_start(struct run *run, const struct sync_kind *sync, const void *conf);
void training_figures(struct job *job, struct run_end *end);
struct job *training_free(struct job *job);

/* -- data_parallel.c, for the checks of kinds of synchronisation -- */
/* A message of so many bytes must fit into channel main. */
void training_check_message(const struct scenario *scenario, int64_t bytes,
                            struct diag_list *diags);
/* A complaint when channel main does not hold so many bytes of messages at once. */
void training_check_capacity(const struct scenario *scenario, int64_t bytes,
                             struct diag_list *diags);

/* -- lifetime.c -- */
/* A complaint when the nodes do not live long enough for a round. */
void training_check_lifetime(const struct scenario *scenario, const struct group_conf *group,
                             const struct platform_facts *node, const struct learner *learner,
                             struct diag_list *diags);

/* -- worker.c -- */
void worker_init(struct training *t, struct worker *worker, int number);
void training_count_members(struct training *t);
/* The worker will not come back: go on without it. */
void training_exclude(struct training *t, struct worker *worker);
/* Ends the run as failed: everybody is told. */
void training_abort(struct training *t, enum run_status status, const char *reason,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Tells all workers to leave. */
void training_dismiss(struct training *t);
double training_core_s(const struct compute_conf *compute, const struct work *work);

/* For kinds of synchronisation. */
void worker_book(struct worker *worker, enum activity activity);
/* Blocks.  Reads or writes an object of the job's store. */
enum outcome worker_store(struct actor *self, struct worker *worker, struct node *node,
                          enum verb verb, struct object *object, int64_t bytes,
                          const char *for_what);
/* Blocks.  Charged arithmetic; ratio: of the time that training as much would take. */
enum outcome worker_compute(struct actor *self, struct worker *worker, struct node *node,
                            enum activity activity, const struct work *work, double ratio);
/* Blocks.  One evaluation of the worker's own rows, as charged. */
enum outcome worker_evaluate(struct actor *self, struct worker *worker, struct node *node);

#endif
