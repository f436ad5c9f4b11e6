/* SPDX-License-Identifier: MIT
 * run.h -- one run from the first simulated second to the last: opens what the scenario names,
 * starts its job, lets the clock run, settles the bill.
 *
 * One run per process, because there is one engine per process.  A job may try several
 * trainings in it: each is a *trial*, a run inside the run, which has a scenario, a learner and
 * an end of its own and shares everything else (run_begin_trial). */
#ifndef TRAINCAST_SIM_JOB_RUN_H
#define TRAINCAST_SIM_JOB_RUN_H

#include "sim/channel/channel.h"
#include "sim/job/job.h"
#include "sim/job/learner/learner.h"
#include "sim/network/network.h"
#include "sim/node/platform.h"
#include "sim/results/results.h"
#include "sim/scenario/scenario.h"

struct run_progress {
    int64_t round;               /* -1: the job has none */
    double epoch, epochs_wanted; /* epochs_wanted 0: unknown */
    double train_loss;           /* NaN: not evaluated yet */
    double sim_time_s;
    int64_t cost_pusd;
};
typedef void(run_progress_fn)(void *arg, const struct run_progress *progress);

/* What a run inside a run has beyond one that stands alone. */
struct trial {
    struct run *parent;
    int *entity; /* [workers]: their entities in the ledger; -1: none yet */
    int first_worker;
    /* Its job is over (run_release): whoever still works on it must be told to leave. */
    void (*over)(struct run *trial);
    /* Nobody works on it any more. */
    void (*left)(struct run *trial);
    struct round_row *round; /* [round_count]: what would be rows of the ledger */
    size_t round_count, round_capacity;
};

struct run {
    const struct scenario *scenario;
    struct trial *trial; /* NULL: stands alone */
    struct world world;
    struct network network;    /* of the scenario's links */
    struct network_link *link; /* [network.links] */
    /* [platform_count]: the scenario's groups', then the job's own */
    struct platform **platform;
    size_t platform_count, platform_capacity;
    struct channel **channel; /* [channel_count]: the scenario's, then the job's own */
    size_t channel_count, channel_capacity;
    struct learner *learner; /* borrowed; NULL when the job trains nothing */
    struct job *job;
    run_progress_fn *progress; /* NULL: nobody watches */
    void *progress_arg;

    bool released;
    struct run_end end;   /* status, figures: what results/ writes */
    bool ended;           /* the job said how it ended */
    char stop_reason[64]; /* "epochs", "train_loss", "crashed" ...; end.stop_reason points here
                           */
    char message[1024];   /* a sentence, for a run that failed; end.message points here */
};

struct run_options {
    run_progress_fn *progress;
    void *progress_arg;
    double wall_time_s; /* limit on real seconds; 0: none */
};

/* Runs the scenario to its end; true unless the real machine failed (*err).  What happened in
 * the simulated world, good or bad, is in *run and *run->world.ledger. run_done frees them. */
bool run_execute(struct run *run, const struct scenario *scenario, struct learner *learner,
                 const struct run_options *options, struct err *err);
void run_done(struct run *run);
void run_interrupt(void); /* async-signal-safe: ends the run in progress as cancelled */

/* -- for jobs -- */
const struct group_conf *run_group(const struct run *run, int group);
/* Index of the named group or channel; -1 if there is none. */
int run_find(const struct map *map, const char *name);
/* Money accrued by now, with what is running. */
int64_t run_cost_pusd(const struct run *run);
/* Says how the run ends; the first call decides, later ones change nothing. */
void run_stop(struct run *run, enum run_status status, const char *stop_reason,
              const char *format, ...) __attribute__((format(printf, 4, 5)));
bool run_is_stopped(const struct run *run);
/* Opens one more channel (a job's own store); settled and closed with the others.  A trial's
 * are its run's: the second of one name is the first. */
struct channel *run_open_channel(struct run *run, const char *name,
                                 const struct choice *choice);
/* Opens one more platform like the group's, under a name of its own. */
struct platform *run_open_platform(struct run *run, int group, const char *name);
/* Releases every platform (machines, warm sandboxes); the job calls it when its last body left.
 * That moment is the run's end: sim_time_s.  A trial releases nothing: its run is told. */
void run_release(struct run *run);
/* The last body of the job's workers has left: only a trial's run wants to know. */
void run_left(struct run *run);
/* The ledger's entity of a worker. */
int run_worker_entity(struct run *run, int number);
/* A round's row, and a cut of the critical path: a trial's rows are kept in it, and it makes no
 * cuts, because trials beside each other have no path in common. */
void run_round(struct run *run, const struct round_row *row);
void run_cut(struct run *run, int entity, double now_s, int64_t step);
/* Starts the job of kind `job` with this scenario and learner inside run, on `platform` in
 * place of the group's.  *trial has what is above; both stay where they are until
 * run_end_trial. */
void run_begin_trial(struct run *inside, struct trial *trial, const struct job_kind *job,
                     const struct scenario *scenario, struct learner *learner, int group,
                     struct platform *platform);
void run_end_trial(struct run *inside, const struct job_kind *job);
void run_report(struct run *run, int64_t round, double epoch, double epochs_wanted,
                double train_loss);

#endif
