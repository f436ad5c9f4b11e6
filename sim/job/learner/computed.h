/* SPDX-License-Identifier: MIT
 * computed.h -- the state of a learner that really trains: filled by prepare.c, used by
 * computed.c. */
#ifndef TRAINCAST_SIM_JOB_LEARNER_COMPUTED_H
#define TRAINCAST_SIM_JOB_LEARNER_COMPUTED_H

#include "algorithms/optimizer/optimizer.h"
#include "sim/job/learner/images.h"
#include "sim/job/learner/inside.h"

struct computed;

/* What one worker computes in a round. */
struct contribution {
    struct computed *computed;
    struct sampler sampler;
    struct future future;
    int64_t round;  /* for which the future was submitted; -1: none */
    float *message; /* float[message_floats + private_floats], in computed->messages */
    float *state;   /* float[state_floats], in computed->states; NULL when that is 0 */
    double weight;
};

/* A part of the rows to evaluate: small enough to keep all cores busy. */
struct score_part {
    struct computed *computed;
    struct rows rows;
    int64_t nonzeros;
    struct future future;
    struct score score;
};

struct evaluated {
    int64_t round;
    struct evaluation evaluation;
};

struct computed {
    struct learner base;
    struct pool *pool; /* borrowed; may be NULL */
    int lanes, workers;
    struct scratch *scratch; /* [lanes] */

    struct data data;
    bool data_is_borrowed; /* of another learner or of a shelf, which live longer */
    bool pixels_are_own;   /* x of borrowed data is not borrowed */
    struct matrix train, test;
    struct partition partition;
    bool is_sample;      /* some training rows were left out, and are charged all the same */
    uint32_t *train_row; /* rows that are evaluated, ascending; NULL: all */
    struct images images;
    struct model model;
    struct optimizer optimizer;
    struct model charged_model; /* with charge_as; else {0} */
    struct optimizer charged;   /* what is charged for: of charged_model or model */
    bool phantom;               /* nothing is computed: there are no values */

    int64_t round; /* the one being computed */
    double flops_per_round;
    int64_t message_floats, private_floats, leader_floats, state_floats;
    int64_t shared_floats; /* of weights */
    float *weights, *reduced, *evaluated_weights;
    float *before; /* float[P]: the weights around apply, where the optimizer looks at them; or
                    * NULL
                    */
    int64_t settled_round;             /* -1: none yet */
    struct contribution *contribution; /* [workers] */
    float *messages;                   /* float[workers][message_floats + private_floats] */
    float *states;                     /* float[workers][state_floats] */
    const float **message;             /* [workers]: as reduce wants them */
    double *weight;                    /* [workers] */

    struct score_part *part; /* [part_count]: training parts first */
    size_t train_parts, part_count;
    int64_t evaluating; /* round whose evaluation is under way; -1: none */
    struct evaluated *evaluated;
    size_t evaluated_count, evaluated_capacity;

    struct stale *stale; /* NULL unless workers begin from weights of their own: stale.h */
    struct replicas *replicas; /* NULL unless each has a model of its own: replicas.h */
};

/* What messages[0..count) that arrived (NULL: all) come to: out: float[message_floats]. */
bool computed_reduce(const struct computed *c, const float *const *message,
                     const double *weight, const bool *arrived, int count, float *out);

/* The round's result, from c->message and c->weight of the workers that arrived (NULL: all). */
void computed_form(struct computed *c, int64_t round, const bool *arrived);

struct evaluation evaluation_of(const struct model *model, const struct score *train,
                                const struct score *test);

/* The round's result is this model as it is. */
void computed_adopt(struct computed *c, int64_t round, const float *weights);

/* models.c: fills in model, optimizer, charged_model, charged and phantom; false with a
 * sentence. */
bool computed_bind(struct computed *c, const struct scenario *scenario, struct err *err);
/* Where to point when that failed: at the layer, if a user's own layers do not fit. */
const char *computed_model_key(const struct scenario *scenario, const struct err *err,
                               char *out, size_t size);
/* For facts: who learns and who is charged for, where these are two. */
void computed_charge_note(const struct computed *c, char *out, size_t size);

/* sum_bytes.c: rows of the longest step of a worker; [workers], of the sum of what 1, 2, ... of
 * them send in a round, the caller's. */
int64_t computed_longest_step(const struct computed *c);
int64_t *computed_sum_bytes(const struct computed *c);

/* charged.c: training rows of worker w; what facts say of it. */
int64_t computed_charged_rows(const struct computed *c, const struct scenario *scenario, int w);
void computed_facts_of_worker(struct computed *c, const struct scenario *scenario, int w);
struct charged_test computed_charged_test(const struct computed *c,
                                          const struct scenario *scenario);

/* stale.c */
void stale_free(struct computed *computed);
/* replicas.c */
void replicas_free(struct computed *computed);

extern const struct learner_kind computed_kind;

#endif
