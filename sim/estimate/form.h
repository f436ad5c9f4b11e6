/* SPDX-License-Identifier: MIT
 * form.h -- the closed form of a training job: what it takes and costs after R rounds.
 *
 * LambdaML's analytic model (Jiang et al., SIGMOD 2021, section 5), for any pattern, channel
 * and platform:
 *
 *     time(R) = start(W) + s/B + R C + exchange(R)
 *     cost(R) = W node(time) + R requests + rent(time)
 *
 * s: bytes of a worker's partition; C: seconds of the slowest worker's arithmetic in a round;
 * exchange: critical.h.  Everything is a mean with nobody in the way.
 *
 * With a server that works on messages: server.h.
 *
 * What it leaves out -- polls and LISTs, jitter (a round waits for the slowest of W draws), the
 * skew of a serial start, services and nodes that are shared, evaluation, re-invocation,
 * misfortune -- is measured in docs/estimate.md. */
#ifndef TRAINCAST_SIM_ESTIMATE_FORM_H
#define TRAINCAST_SIM_ESTIMATE_FORM_H

#include "base/diag.h"
#include "sim/estimate/critical.h"
#include "sim/job/learner/learner.h"
#include "sim/scenario/scenario.h"

/* clang-format off */
#define TERM_LIST(X)                                                                           \
    X(START, start) X(LOAD, load) X(COMPUTE, compute) X(COMMUNICATE, communicate)
/* clang-format on */
enum term {
#define X(upper_, lower_) TERM_##upper_,
    TERM_LIST(X)
#undef X
        TERM_COUNT
};
extern const char *const term_names[TERM_COUNT];

struct form {
    const struct scenario *scenario; /* borrowed */
    const struct group_conf *group;
    const struct group_conf *server; /* whose machine merges; NULL: none does */
    int workers;
    double epochs_per_round;
    double start_s, load_s;
    double before_nodes_s;   /* of start_s: until the workers' nodes are asked for, and paid */
    double first_model_s;    /* until all know the model that worker 0 begins with */
    double *round_compute_s; /* [rounds_per_period]: the slowest worker's, again and again */
    int64_t rounds_per_period;
    double period_compute_s;
    struct critical_line line;
    struct critical exchange;
    double exchange_work_s; /* of each: work on messages, at a server and its workers */
    /* money */
    double load_pusd, round_pusd; /* requests of all workers */
    double rent_pusd_per_hour, rent_granularity_s;
};

/* Reads facts and counts of the learner and learns nothing.  False with the reason in *diags:
 * the job trains nothing, waits for nobody, or goes over a channel without a closed form. */
bool form_init(struct form *ret_form, const struct scenario *scenario,
               const struct learner *learner, struct diag_list *diags);
void form_done(struct form *form); /* safe on {0}, twice */

/* After so many rounds. */
struct form_point {
    int64_t rounds;
    double term_s[TERM_COUNT], time_s;
    double nodes_pusd, requests_pusd, rent_pusd, cost_pusd;
};
struct form_point form_at(const struct form *form, int64_t rounds);

/* The rounds after which the scenario's stop criteria on epochs, rounds, time and cost end the
 * run, whichever comes first; its name in *ret_reason.  At least 1. */
int64_t form_rounds(const struct form *form, const char **ret_reason);

#endif
