/* SPDX-License-Identifier: MIT
 * learner.h -- what a training job learns, apart from when: work counts now, values later.
 *
 * A job asks for the work of a worker's round (known at once), lets simulated time pass for it,
 * and only then needs the values; meanwhile a pool of real threads computes them.  Kinds:
 * `computed` runs the mathematics; `replayed` repeats the recorded work, message bytes and
 * losses of an earlier computed run (a *trajectory*), which is what any platform, channel or
 * pattern that cannot change learning would see.
 *
 * Call order per round r = 0, 1, ...: learner_begin(w, r) for every contributing worker (again
 * for a worker that lost its round: it repeats the same numbers), learner_finish(w, r) for
 * each, then learner_reduce(r) once, then learner_evaluate(r) if wanted, before any begin of r
 * + 1. */
#ifndef TRAINCAST_SIM_JOB_LEARNER_LEARNER_H
#define TRAINCAST_SIM_JOB_LEARNER_LEARNER_H

#include "algorithms/collective/collective.h"
#include "algorithms/model/model.h"
#include "base/pool.h"
#include "sim/scenario/scenario.h"
#include "traces/dataset/data.h"
#include "traces/partition/partition.h"

struct evaluation {
    double train_loss, train_accuracy; /* over the rows trained on */
    double test_loss, test_accuracy;   /* NaN without a test set */
};

/* The whole test set, as a worker that evaluates it is charged: to load, hold, go through. */
struct charged_test {
    int64_t bytes, memory_bytes;
    struct work work;
};

/* What is known before the first round; the same for both kinds, and however often and at
 * whose cost the model is evaluated. */
struct learner_facts {
    int workers;
    int64_t parameters;      /* P, of what is learnt */
    int64_t model_floats;    /* of learner_parameters: P, and running statistics behind */
    bool phantom;            /* nothing is learnt: there are no losses */
    int64_t vector_bytes;    /* of what a worker sends in a round, every number four bytes */
    int64_t model_bytes;     /* of a checkpoint */
    int64_t start_bytes;     /* of what worker 0 tells the others before the first round, where
                              * the model starts from its rows; 0: everybody knows it */
    double epochs_per_round; /* 1/88 for GA-SGD with 88 steps an epoch; k for MA-SGD with k
                              * local epochs */
    int64_t charged_rows;    /* training rows of all workers, as charged */
    int64_t rows, test_rows; /* really in memory */
    int32_t features, classes;
    int64_t file_bytes, test_file_bytes;
    int64_t *sum_bytes;       /* [workers]: on its way, the sum of what 1, 2, ... send */
    int64_t *partition_bytes; /* [workers]: to load, as charged */
    int64_t *footprint_bytes; /* [workers]: memory while training, as charged */
    struct charged_test test;
    int64_t *real_rows;         /* [workers]: rows really trained on */
    struct work *evaluate_work; /* [workers]: to go through the rows it trains on */
    char charge_note[256];      /* a sentence where another model is charged than learns; "" */
    char data_name[256], test_name[256], data_sha256[65], test_sha256[65];
};

static inline struct vector_size learner_vector(const struct learner_facts *facts)
{
    return (struct vector_size){.bytes = facts->vector_bytes, .sum_bytes = facts->sum_bytes};
}
/* What one worker sends in a round. */
static inline int64_t learner_message_bytes(const struct learner_facts *facts)
{
    return facts->sum_bytes[0];
}

/* What worker w loads, holds and, in an evaluation that is charged, goes through: with its
 * partition the whole test set where evaluate says so. */
int64_t learner_load_bytes(const struct learner_facts *facts,
                           const struct evaluate_conf *evaluate, int w);
int64_t learner_memory_bytes(const struct learner_facts *facts,
                             const struct evaluate_conf *evaluate, int w);
struct work learner_evaluate_work(const struct learner_facts *facts,
                                  const struct evaluate_conf *evaluate, int w);

struct learner;
struct trajectory; /* what a computed run leaves for replay; see trajectory.h */

/* Loads the data, cuts the partition, makes the model.  NULL with mistakes in *diags (the data
 * do not fit the model, the batch is larger than the shard, W above the rows ...).  pool may be
 * NULL (then everything is computed when waited for).  Real seconds pass, simulated ones do
 * not. */
struct learner *learner_new_computed(const struct scenario *scenario, struct pool *pool,
                                     struct diag_list *diags);
/* The same from rows on a shelf, if they are there (data_shelf.h), which stays as it is until
 * learner_free; NULL: there is no shelf. */
struct data_shelf;
struct learner *learner_new_lent(const struct scenario *scenario,
                                 const struct data_shelf *shelf, struct pool *pool,
                                 struct diag_list *diags);
/* The same on a part of the rows, to see how many rounds it takes: `ratio` of every worker's
 * training rows, picked at random.  workers: 0: the scenario's.  Steps per epoch and charged
 * work stay those of all rows. */
struct learner *learner_new_sample(const struct scenario *scenario, double ratio, int workers,
                                   struct pool *pool, struct diag_list *diags);
/* One more computed learner beside the first, which must outlive it: it computes on the same
 * threads and, with same_rows, learns from the same rows in memory. */
struct learner *learner_new_beside(struct learner *first, const struct scenario *scenario,
                                   bool same_rows, struct diag_list *diags);
/* trajectory is borrowed. */
struct learner *learner_new_replayed(const struct trajectory *trajectory);
struct learner *learner_free(struct learner *learner);

const struct learner_facts *learner_facts(const struct learner *learner);

/* The work of a round, whatever has been learnt so far; nothing is computed. */
struct work learner_work(const struct learner *learner, int worker, int64_t round);
/* The work of worker's round; its values are submitted to the pool. */
struct work learner_begin(struct learner *learner, int worker, int64_t round);
/* Waits in real time for the worker's values, if they are not there yet. */
void learner_finish(struct learner *learner, int worker, int64_t round);
/* Forms the round's result from the workers with arrived[w], in rank order; everybody shares
 * it. */
void learner_reduce(struct learner *learner, int64_t round, const bool *arrived);
/* The same where messages were lost on the way: part by part of the message, each from those
 * whose contribution to it arrived, renormalised.  Parts are in order and cover the message. */
struct reduce_part {
    int64_t offset_bytes, bytes;
    const bool *arrived; /* [workers] */
};
void learner_reduce_parts(struct learner *learner, int64_t round,
                          const struct reduce_part *part, int parts);
/* The worker's memory is lost, and with it what its optimizer kept from round to round; a round
 * that it had begun must be begun again. */
void learner_forget(struct learner *learner, int worker);
/* Whether the optimizer found that this round, or one before it, changed so little that no more
 * are needed.  The round is reduced. */
bool learner_is_settled(const struct learner *learner, int64_t round);
/* Starts the evaluation of the model after round; the result is waited for by
 * learner_evaluation. */
void learner_evaluate(struct learner *learner, int64_t round);
/* Waits in real time.  NaN in all fields if the round was not evaluated. */
struct evaluation learner_evaluation(struct learner *learner, int64_t round);
/* The model after the last reduced round: float[model_floats], borrowed; NULL when replayed or
 * a phantom. */
const float *learner_parameters(const struct learner *learner);

/* Records what a computed learner does from now on; the trajectory is the caller's. */
struct trajectory *learner_record(struct learner *learner);
struct trajectory *trajectory_free(struct trajectory *trajectory);

#endif
