/* SPDX-License-Identifier: MIT
 * optimizer.h -- family "optimizer": what a worker computes between two exchanges, what it
 * sends, and what everybody does with the reduction.
 *
 * A *step* goes through one batch; a *round* is steps_per_round steps and one exchange.  At the
 * start of a round all workers hold the same weights, which they share (one copy).
 *     contribute   per worker, on a pool thread: weights -> the worker's message
 *     (the job)    reduce.h: the weighted mean of the messages that arrived
 *     apply        once: weights and reduced message -> weights of the next round
 * All functions are pure apart from what they are said to write: a worker that lost its round
 * calls contribute again and gets the same bits.  Nothing is allocated, nothing waits. To add a
 * kind: write yours.c with `const struct optimizer_kind optimizer_yours`, add its line to
 * list.h. */
#ifndef TRAINCAST_ALGORITHMS_OPTIMIZER_OPTIMIZER_H
#define TRAINCAST_ALGORITHMS_OPTIMIZER_OPTIMIZER_H

#include "algorithms/model/model.h"
#include "algorithms/optimizer/descent.h"
#include "algorithms/optimizer/sampler.h"
#include "algorithms/optimizer/schedule.h"

/* A chosen kind bound to its model.  A small value; conf and model are borrowed. */
struct optimizer {
    const struct optimizer_kind *kind;
    const void *conf;
    const struct model *model;
    /* Of the job that uses it; to be set before apply. */
    int workers;             /* W */
    int64_t steps_per_epoch; /* the most that a worker has */
};

enum { BATCH_IS_ALL = 0 };

struct optimizer_kind {
    struct kind kind;
    /* A message is an increment, to be applied once (a gradient); else a worker's newest
     * message stands for all it has learnt (a model).  Matters where workers do not wait for
     * each other.
     */
    bool message_adds;

    /* False with a sentence when the kind cannot learn such a model, or its settings contradict
     * one another.  NULL: they do not. */
    bool (*fits)(const void *conf, const struct model *model, struct err *err);
    bool fits_says_all; /* else the model must have a gradient, too */

    /* BATCH_IS_ALL: all rows of the worker, charged ones included. */
    int64_t (*batch_size)(const void *conf);

    /* Steps between two exchanges.  A round of this many steps is steps / steps_per_epoch
     * epochs. */
    int64_t (*steps_per_round)(const void *conf, int64_t steps_per_epoch);

    /* Length of the weights that all share: the model's P + S, and behind them what else all
     * must hold at the start of a round.  start fills that in, once.  NULL: P + S, and nothing.
     */
    int64_t (*shared_floats)(const void *conf, const struct model *model);
    void (*start)(const struct optimizer *optimizer, float *weights);

    /* Length of a message, and of what a worker keeps from round to round beside the weights
     * (momentum, ADMM's u; lost with the worker's memory). */
    int64_t (*message_floats)(const void *conf, const struct model *model);
    int64_t (*state_floats)(const void *conf, const struct model *model);
    /* Behind a message, what contribute leaves there for absorb alone.  NULL: none. */
    int64_t (*private_floats)(const void *conf, const struct model *model);
    /* At the end of a message, what is not averaged: everybody has it from the first worker
     * that arrived, and nobody sends it, because nobody learns from it.  NULL: none. */
    int64_t (*leader_floats)(const void *conf, const struct model *model);
    /* The rows that the worker's message of a round is made of, if what they do not touch is 0
     * in it; and how many numbers of a sum of such messages can be other than 0.  False, or
     * NULL: all numbers can. */
    bool (*message_rows)(const struct optimizer *optimizer, const struct sampler *sampler,
                         int64_t round, const struct scratch *scratch, struct rows *ret_rows);
    int64_t (*message_nonzeros)(const struct optimizer *optimizer, const struct touched *rows);

    /* Floats of scratch beside the model's: optimizer_own_scratch.  NULL: none. */
    int64_t (*scratch_floats)(const void *conf, const struct model *model);
    /* Operations of a step beside the model's.  NULL: none. */
    double (*step_flops)(const void *conf, const struct model *model);

    /* Writes message: float[message_floats + private_floats] of the round (counted from 0) of
     * the sampler's worker, from weights: float[shared_floats] and state: float[state_floats]
     * or NULL. Returns the message's weight in the mean (real rows learnt from).  scratch: see
     * optimizer_scratch_init. */
    double (*contribute)(const struct optimizer *optimizer, const float *weights,
                         const float *state, const struct sampler *sampler, int64_t round,
                         const struct scratch *scratch, float *message);

    /* weights: float[shared_floats], in and out; reduced: float[message_floats]; round as in
     * contribute. */
    void (*apply)(const struct optimizer *optimizer, float *weights, const float *reduced,
                  int64_t round);

    /* Is the kind told to end the run by itself?  NULL: no. */
    bool (*can_settle)(const void *conf);
    /* Has the round changed so little that no more are needed?  before, after: the weights
     * around apply; reduced: NULL where a model was taken as it is.  Only with can_settle. */
    bool (*settled)(const struct optimizer *optimizer, const float *before, const float *after,
                    const float *reduced, int64_t round);

    /* A worker's state after apply, from its own message; NULL when state_floats is 0. */
    void (*absorb)(const struct optimizer *optimizer, float *state, const float *message,
                   const float *weights, int64_t round);
};

extern const struct family optimizer_family; /* "optimizer" */

struct optimizer optimizer_of(const struct choice *choice, const struct model *model);

/* False with a sentence when the optimizer cannot learn its model. */
bool optimizer_check(const struct optimizer *optimizer, struct err *err);

bool optimizer_can_settle(const struct choice *choice);

int64_t optimizer_shared_floats(const struct optimizer *optimizer);
int64_t optimizer_message_floats(const struct optimizer *optimizer);
int64_t optimizer_private_floats(const struct optimizer *optimizer);
int64_t optimizer_leader_floats(const struct optimizer *optimizer);
/* Of a checkpoint: what all share. */
int64_t optimizer_model_bytes(const struct optimizer *optimizer);

int64_t optimizer_steps_per_round(const struct optimizer *optimizer, int64_t steps_per_epoch);

/* Charged work of a worker's round; pure counting. */
struct work optimizer_round_work(const struct optimizer *optimizer,
                                 const struct sampler *sampler, int64_t round);

/* Of a message, every number four bytes. */
int64_t optimizer_message_bytes(const struct optimizer *optimizer);
/* Of the sum of workers' messages of a round, on its way: that, or, where it is less, 8 bytes
 * for each number that can be other than 0 (which one it is, and its value).  Called for one
 * worker after another; *sum, none at first, is what they touched; counted without
 * arithmetic. */
int64_t optimizer_sum_bytes(const struct optimizer *optimizer, const struct sampler *sampler,
                            int64_t round, const struct scratch *scratch, struct touched *sum);

/* Scratch for contribute on samplers of up to step_rows rows a step, and for the model's
 * evaluate on any number of rows. */
void optimizer_scratch_init(const struct optimizer *optimizer, int64_t step_rows,
                            struct scratch *ret_scratch);
/* For kinds: the floats that they asked for, behind the model's; 64-byte aligned. */
float *optimizer_own_scratch(const struct optimizer *optimizer, const struct scratch *scratch);

struct ga_sgd_conf {
    double learning_rate;
    struct schedule_conf schedule;
    struct descent_conf descent;
    int64_t batch_size;
    bool sparse_messages;
    int statistics; /* enum statistics_of */
};

struct ma_sgd_conf {
    double learning_rate;
    struct schedule_conf schedule;
    struct descent_conf descent;
    bool keep_momentum;
    int64_t batch_size;
    int64_t local_epochs;
    int statistics; /* enum statistics_of */
};

/* Whose running statistics (batch normalisation) all go on with after a round. */
enum statistics_of { STATISTICS_FIRST, STATISTICS_MEAN };
extern const char *const statistics_names[]; /* ends in NULL */

/* A row of the table of a conf with a member `statistics`. */
#define STATISTICS_FIELD(conf_, preset_)                                                       \
    CONF(conf_, statistics, .names = statistics_names, .preset = preset_,                      \
         .doc =                                                                                \
             "Whose running statistics of batch normalisation the model is evaluated with: "   \
             "first: the first worker's, which are not sent, as nobody learns from them; "     \
             "mean: the mean over workers, sent along with the message.",                      \
         .source = "first: torch.nn.parallel.DistributedDataParallel, PyTorch 1.13, whose "    \
                   "buffers are rank 0's; mean: federated averaging of a model's whole state")

struct em_conf {
    int average;
    bool sparse_messages;
    double threshold; /* NaN: none */
    int shift;
};

struct admm_conf {
    double learning_rate;
    struct schedule_conf schedule;
    int64_t batch_size;
    int64_t local_epochs;
    double rho, lambda;
    int begin_at, norm;
};

#endif
