/* SPDX-License-Identifier: MIT
 * replicas.h -- learning where every worker has a model of its own, its *replica*.
 *
 * A round is some steps of each worker from its own replica, and then a mixing of the replicas
 * by a kind of averaging (algorithms/averaging), from what arrived of them.  Values follow the
 * simulated rounds: a round is mixed when its last worker is through it, while the first may be
 * some rounds ahead; until then nobody needs to know them.
 *
 * Per round r = 0, 1, ...: learner_replicas_step(r) once, which hands the workers' steps to the
 * pool; learner_replicas_mix(r) once; then learner_evaluate(r), if wanted, which evaluates the
 * replicas.  learner_work, learner_evaluation (the mean of the replicas') and
 * learner_parameters (the averaged model) are as ever; learner_begin, finish and reduce are not
 * to be used. */
#ifndef TRAINCAST_SIM_JOB_LEARNER_REPLICAS_H
#define TRAINCAST_SIM_JOB_LEARNER_REPLICAS_H

#include "algorithms/averaging/averaging.h"
#include "sim/job/learner/learner.h"

/* Why this learner cannot learn like this (a clause), or NULL: it can. */
const char *learner_replicas_objection(const struct learner *learner,
                                       const struct averaging_kind *kind);

/* Before the first round.  local_steps: the optimizer's rounds in a round of ours, 1 when
 * gradients are averaged; facts.epochs_per_round counts them.  singly: each replica is
 * evaluated, else only the averaged model.  averaging is borrowed. */
void learner_replicas_init(struct learner *learner, const struct averaging *averaging,
                           int64_t local_steps, bool singly);

void learner_replicas_step(struct learner *learner, int64_t round);
/* got: of each phase.  all_arrived: nothing is missing in them. */
void learner_replicas_mix(struct learner *learner, int64_t round, const struct arrivals *got,
                          bool all_arrived);

/* What is known of the replicas after an evaluated round; until the next is evaluated. */
struct replicas_evaluation {
    struct evaluation averaged;       /* of the averaged model */
    const struct evaluation *replica; /* [workers]; NULL: not evaluated singly */
    double distance;                  /* the consensus distance */
};
/* Waits in real time for what learner_evaluate began last. */
const struct replicas_evaluation *learner_replicas_evaluation(struct learner *learner);

#endif
