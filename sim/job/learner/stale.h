/* SPDX-License-Identifier: MIT
 * stale.h -- learning where workers do not wait for each other: each begins a round from
 * weights of its own, which may be older than the newest there are.
 *
 * What is learnt then depends on the clock: on who had read what when.  So the job says what a
 * worker has seen, and the values are computed from exactly that; as with learner.h they are
 * computed by the pool while simulated time passes, and depend on no thread.  Two ways, not to
 * be mixed in one run, nor with learner_begin:
 *
 *   one model    (sync asp)  A worker's round begins from a given model and yields a model:
 *                            what the optimizer does with the worker's own message alone.
 *                            Which model lies in the store when is the job's affair.
 *   own views    (sync ssp)  A worker's round, its *clock*, yields a message that it publishes.
 *                            A worker's view is formed from what it has seen of each: see
 *                            learner_begin_seen.  The *result* of a clock is formed from all
 *                            its messages, as in learner_reduce.
 *
 * A worker that lost its round begins it again, from what it has seen by then. */
#ifndef TRAINCAST_SIM_JOB_LEARNER_STALE_H
#define TRAINCAST_SIM_JOB_LEARNER_STALE_H

#include "sim/job/learner/learner.h"
#include "sim/job/learner/tensor.h"

/* Why this learner cannot learn like this (half a sentence), or NULL: it can. */
const char *learner_stale_objection(const struct learner *learner);

/* -- one model -- */
/* The learner's weights as they are now; the reference is the caller's. */
struct tensor *learner_weights(struct learner *learner);
/* The work of worker's round from base; its values are submitted to the pool. */
struct work learner_begin_from(struct learner *learner, int worker, int64_t round,
                               struct tensor *base);
/* Waits in real time.  The model that the round yields; the reference is the caller's. */
struct tensor *learner_finish_from(struct learner *learner, int worker, int64_t round);
/* The result of this round is that model: what learner_evaluate and learner_parameters mean. */
void learner_adopt(struct learner *learner, int64_t round, const struct tensor *model);

/* -- own views -- */
/* The work of worker's clock; its values are submitted to the pool.
 *   seen     [workers]: the newest clock of each whose message the worker has (its own
 *            included); -1: none
 *   member   [workers]: who takes part
 * The view: let K be the newest clock of which it has every member's message; the result of K
 * (K = -1: the initial weights), and beyond it
 *   messages that add (gradients): for every later clock, what it has of it, weighted as if the
 *     rest were zero, applied in the order of clocks;
 *   messages that replace (models): the weighted mean of the newest of each.
 * Within a clock in the order of workers.  With nothing beyond K the view is the result of K,
 * bit for bit. */
struct work learner_begin_seen(struct learner *learner, int worker, int64_t clock,
                               const int64_t *seen, const bool *member);
/* Waits in real time for the message of worker's clock. */
void learner_finish_seen(struct learner *learner, int worker, int64_t clock);
/* From now on others may see it. */
void learner_publish(struct learner *learner, int worker, int64_t clock);
/* The result of the clock, after that of the one before: all members have published it. */
void learner_reduce_published(struct learner *learner, int64_t clock);

#endif
