/* SPDX-License-Identifier: MIT
 * averaging_lab.h -- a network without time: rounds of averaging of which a chosen or drawn
 * part of the parcels arrives. */
#ifndef TRAINCAST_TESTS_UNIT_ALGORITHMS_AVERAGING_LAB_H
#define TRAINCAST_TESTS_UNIT_ALGORITHMS_AVERAGING_LAB_H

#include "algorithms/averaging/averaging.h"
#include "base/memory.h"
#include "tests/test.h"

struct lab {
    struct averaging averaging;
    struct parcels parcels[AVERAGING_PHASES];
    bool *arrived[AVERAGING_PHASES]; /* [slots] */
    struct arrivals got[AVERAGING_PHASES];
    float **value; /* [n][P] */
};

static inline void lab_open(struct lab *lab, const char *kind, void *conf, int workers,
                            int64_t parameters, const int32_t (*edge)[2], size_t edges)
{
    struct choice choice = {.kind = family_find(&averaging_family, kind), .conf = conf};
    struct err err = {0};

    *lab = (struct lab){0};
    assert_non_null(choice.kind);
    if (!averaging_init(&lab->averaging, &choice, workers, parameters, 1, edge, edges, &err))
        fail_msg("%s", err.text);
    for (int phase = 0; phase < lab->averaging.kind->phases; phase++) {
        lab->arrived[phase] =
            NEW_ARRAY(bool, lab->averaging.kind->slots(&lab->averaging, phase));
        lab->got[phase].arrived = lab->arrived[phase];
    }
    lab->value = NEW_ARRAY(float *, workers);
    for (int i = 0; i < workers; i++)
        lab->value[i] = NEW_ARRAY(float, parameters);
}

static inline void lab_close(struct lab *lab)
{
    for (int i = 0; i < lab->averaging.workers; i++)
        free(lab->value[i]);
    free(lab->value);
    for (int phase = 0; phase < AVERAGING_PHASES; phase++) {
        free(lab->arrived[phase]);
        parcels_done(&lab->parcels[phase]);
    }
    averaging_done(&lab->averaging);
}

/* What is sent in a round; nothing of it has arrived. */
static inline void lab_send(struct lab *lab, int64_t round)
{
    const struct averaging *averaging = &lab->averaging;

    for (int phase = 0; phase < averaging->kind->phases; phase++) {
        lab->parcels[phase].count = 0;
        for (int from = 0; from < averaging->workers; from++)
            averaging->kind->parcels(averaging, round, phase, from, &lab->parcels[phase]);
        memset(lab->arrived[phase], 0, (size_t)averaging->kind->slots(averaging, phase));
    }
}

/* Each parcel arrives with probability 1 - p. */
static inline void lab_deliver(struct lab *lab, struct rng *rng, double p)
{
    for (int phase = 0; phase < lab->averaging.kind->phases; phase++)
        for (size_t i = 0; i < lab->parcels[phase].count; i++)
            lab->arrived[phase][lab->parcels[phase].parcel[i].slot] = rng_uniform(rng) >= p;
}

static inline void lab_mix(struct lab *lab, int64_t round)
{
    lab->averaging.kind->mix(&lab->averaging, round, lab->got, 0, lab->averaging.parameters,
                             (const float *const *)lab->value, lab->value);
}

static inline void lab_draw_values(struct lab *lab, struct rng *rng)
{
    for (int i = 0; i < lab->averaging.workers; i++)
        for (int64_t k = 0; k < lab->averaging.parameters; k++)
            lab->value[i][k] = (float)rng_normal(rng);
}

/* -- the exact constants of RPS under independent loss, ICML 2019 and derived ----------------
 */
struct constants {
    double a1, a2, aw;
};

/* E[1/M], M - 1 binomial(n - 1, 1 - p), is (1 - p^n) / (n (1 - p)). */
static inline struct constants constants_of(int n, double p)
{
    double q = 1 - p, inverse = (1 - pow(p, n)) / (n * q);
    double heard = 1 + (n - 1) * q, heard2 = (n - 1) * p * q + heard * heard;

    return (struct constants){
        .a1 = (heard * inverse + (n - 1) * p - 1) / (n - 1),
        .a2 =
            ((heard2 * inverse + 2 * (1 - inverse) * p * (1 + (n - 2) * q) + (n - 1) * p) / n -
             1) /
            (n - 1),
        .aw = p * (n - 2 + inverse) / (n - 1),
    };
}

/* Adds to the sums what one block of one round says; weights: how much of what was worker k's
 * each worker has afterwards, double[n][n] by (worker, k).  constants = sums / weight, where
 * 1 / weight is the share of this outcome. */
static inline void constants_add(struct constants *sums, const double *weights, int n,
                                 double share)
{
    double square = 0, drift = 0, own = 0, scatter = (n - 1.0) / ((double)n * n);

    for (int k = 0; k < n; k++) {
        double mean = 0;

        for (int i = 0; i < n; i++) {
            double w = weights[i * n + k];

            mean += w / n;
            square += w * w / n / n;
        }
        drift += (mean - 1.0 / n) * (mean - 1.0 / n) / n;
        own += weights[k * n + k] / n;
    }
    sums->a1 += share * (square - 1.0 / n / n) / scatter;
    sums->a2 += share * drift / scatter;
    sums->aw += share * (own - 1.0 / n) / (1 - 1.0 / n);
}

#endif
