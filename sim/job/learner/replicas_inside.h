/* SPDX-License-Identifier: MIT
 * replicas_inside.h -- the state behind replicas.h: made by learner_replicas_init, freed with
 * the learner. */
#ifndef TRAINCAST_SIM_JOB_LEARNER_REPLICAS_INSIDE_H
#define TRAINCAST_SIM_JOB_LEARNER_REPLICAS_INSIDE_H

#include "sim/job/learner/computed.h"
#include "sim/job/learner/replicas.h"
#include "sim/job/learner/tensor.h"

/* One worker's round. */
struct replica_step {
    struct replicas *replicas;
    struct future future;
    int worker;
    int64_t round;
    struct tensor *model; /* the replica as the last mixed round left it */
    struct tensor *value; /* what its steps make of it, then what mixing makes of that */
};

/* A stretch of the parameters to mix. */
struct mix_part {
    struct replicas *replicas;
    struct future future;
    int64_t round, begin, end;
    const struct arrivals *got;
};

/* A part of the rows, evaluated at one model. */
struct replica_score {
    struct replicas *replicas;
    struct future future;
    const float *weights;
    const struct score_part *part;
    struct score score;
};

struct replicas {
    struct computed *computed;
    const struct averaging *averaging;
    struct tensors tensors;
    int64_t local_steps, shared_floats;
    struct replica_step *step; /* [workers] */
    const float **in;          /* [workers]: as mix and reduce want them */
    float **out;
    struct mix_part *part; /* [lanes] */

    bool singly;
    int64_t evaluating;          /* round whose evaluation is under way; -1: none */
    struct tensor **evaluated;   /* [workers + 1]: replicas, then the averaged model */
    size_t *score_of;            /* [workers + 1]: where its scores begin */
    struct replica_score *score; /* [scores]: parts of each distinct model */
    size_t scores;
    struct evaluation *single; /* [workers] */
    struct replicas_evaluation result;
    int64_t evaluated_round;
};

/* replicas.c */
extern const struct learner_kind replicas_kind;
/* out: float[P + S] */
void replicas_average(struct replicas *replicas, float *out);

/* replicas_evaluate.c */
void replicas_evaluate(struct learner *learner, int64_t round);
struct evaluation replicas_mean_evaluation(struct learner *learner, int64_t round);
void replicas_drop_evaluation(struct replicas *replicas);

#endif
