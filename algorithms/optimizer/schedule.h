/* SPDX-License-Identifier: MIT
 * schedule.h -- how the step length changes from epoch to epoch. */
#ifndef TRAINCAST_ALGORITHMS_OPTIMIZER_SCHEDULE_H
#define TRAINCAST_ALGORITHMS_OPTIMIZER_SCHEDULE_H

#include "base/field.h"

enum decay { DECAY_NONE, DECAY_INVERSE_SQRT, DECAY_STEP };

struct schedule_conf {
    int decay;            /* enum decay */
    int64_t every_epochs; /* DECAY_STEP */
    double factor;        /* DECAY_STEP */
    double warm_up;       /* epochs */
};

extern const struct field schedule_fields[];

/* A row of the table of a conf with a member `schedule`. */
#define SCHEDULE_FIELD(conf_)                                                                  \
    CONF(conf_, schedule, .fields = schedule_fields,                                           \
         .doc = "How the learning rate falls from epoch to epoch.")

/* The step length in an epoch (counted from 0), warm-up apart; exactly learning_rate in the
 * first. */
float schedule_rate(const struct schedule_conf *schedule, double learning_rate, int64_t epoch);
/* The same at a step (counted from 0 over all epochs), warm-up included: while it lasts, step s
 * of its S has (s + 1) / S of the rate. */
float schedule_step_rate(const struct schedule_conf *schedule, double learning_rate,
                         int64_t step, int64_t steps_per_epoch);

#endif
