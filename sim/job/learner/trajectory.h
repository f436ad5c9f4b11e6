/* SPDX-License-Identifier: MIT
 * trajectory.h -- what was learnt once, to be repeated on every platform, channel and pattern
 * that cannot change it; grown by whoever needs more rounds.
 *
 * It holds the work of every worker's round, the evaluations that somebody asked for, and now
 * and then all that the next round depends on (a *snapshot*): from there a learner goes on, to
 * rounds that nobody has seen, to an evaluation that nobody asked for, or on its own way, where
 * a loss or a timeout made this run learn something else.
 *
 * Valid where rounds are formed by learner_begin ... learner_reduce (job_is_repeatable). */
#ifndef TRAINCAST_SIM_JOB_LEARNER_TRAJECTORY_H
#define TRAINCAST_SIM_JOB_LEARNER_TRAJECTORY_H

#include "base/text.h"
#include "sim/job/learner/learner.h"

/* Nothing is known yet. */
struct trajectory *trajectory_new(void);
struct trajectory *trajectory_copy(const struct trajectory *trajectory);
int64_t trajectory_rounds(const struct trajectory *trajectory);
/* Grows with every round, evaluation and snapshot that is added. */
int64_t trajectory_knowledge(const struct trajectory *trajectory);
/* Adds what the other knows and this one does not; both are of the same learning. */
void trajectory_merge(struct trajectory *into, const struct trajectory *other);

/* As bytes that another build of the program reads too. */
void trajectory_pack(const struct trajectory *trajectory, struct text *out);
/* NULL when they are none, or of another form than this program's. */
struct trajectory *trajectory_unpack(const char *bytes, size_t size);

/* A learner that repeats the trajectory as far as it goes and as far as this run learns the
 * same, and computes, and adds to it, what is not there; bit for bit what learner_new_computed
 * would learn.  Data are loaded when they are needed, at once where nothing is known.  NULL
 * with mistakes in *diags.  trajectory, scenario and shelf (of learner_new_lent, or NULL) are
 * borrowed until learner_free. */
struct learner *learner_new_following(struct trajectory *trajectory,
                                      const struct scenario *scenario,
                                      const struct data_shelf *shelf, struct pool *pool,
                                      struct diag_list *diags);
/* Whether it has added to the trajectory; after the run. */
bool learner_has_added(const struct learner *learner);

#endif
