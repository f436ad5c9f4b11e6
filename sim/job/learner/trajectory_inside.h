/* SPDX-License-Identifier: MIT
 * trajectory_inside.h -- what a trajectory is made of; for the files of this folder. */
#ifndef TRAINCAST_SIM_JOB_LEARNER_TRAJECTORY_INSIDE_H
#define TRAINCAST_SIM_JOB_LEARNER_TRAJECTORY_INSIDE_H

#include "sim/job/learner/computed.h"
#include "sim/job/learner/trajectory.h"

/* All that round `round` and those after it depend on, beside the inputs. */
struct snapshot {
    int64_t round;
    int64_t settled_round;
    float *value; /* the weights, then every worker's state */
};

struct trajectory {
    bool known; /* facts and floats are filled in */
    struct learner_facts facts;
    int64_t shared_floats, state_floats; /* of the weights, of one worker's state */

    int64_t rounds, round_capacity;
    struct work *work;             /* [rounds][workers] */
    struct evaluation *evaluation; /* [rounds] */
    bool *is_evaluated;            /* [rounds] */
    int64_t settled_round;         /* -1: none */

    struct snapshot *snapshot; /* ascending */
    size_t snapshots, snapshot_capacity;
    int64_t stride; /* a snapshot every so many rounds */
};

/* Fills in what is known before the first round. */
void trajectory_know(struct trajectory *trajectory, const struct computed *computed);
/* Makes room for so many rounds; those beyond trajectory->rounds are being computed. */
void trajectory_reserve(struct trajectory *trajectory, int64_t rounds);

/* -- snapshot.c -- */
/* Keeps the computed learner's state, which is that before round computed->round, if it is time
 * for one; last: in any case. */
void snapshot_keep(struct trajectory *trajectory, const struct computed *computed, bool last);
/* The newest that is not after the round; NULL: there is none. */
const struct snapshot *snapshot_before(const struct trajectory *trajectory, int64_t round);
void snapshot_restore(const struct trajectory *trajectory, const struct snapshot *snapshot,
                      struct computed *computed);
void snapshots_done(struct trajectory *trajectory);
/* Replaces those of one by copies of the other's. */
void snapshots_copy(struct trajectory *to, const struct trajectory *from);

#endif
