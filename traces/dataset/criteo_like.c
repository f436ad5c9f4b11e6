/* SPDX-License-Identifier: MIT
 * criteo_like.c -- source "criteo-like": advertisements shown, 39 categories each, clicked or
 * not.
 *
 * Of each of 39 fields a row has one category; numbers of categories are those of Criteo's
 * Kaggle set (13 fields of numbers, taken as 50 buckets each, and 26 of up to 10 million), and
 * how often a category comes follows Zipf's law with exponent 1.  Categories are hashed into
 * the features, as in the set that is passed around as libsvm text: all values are 1/sqrt(39).
 * Half of the features have a normally distributed effect on the log-odds of a click.
 *
 * Chosen, not fitted: a quarter is clicked, and who knows the effects has a log-loss of 0.46
 * and an AUC of 0.79, about what the best models have on the real rows (as remembered).
 *
 * SIMPLIFIED: fields are independent, and there is nothing in the data but a linear model. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "traces/dataset/data.h"
#include "traces/dataset/sparse_rows.h"

enum {
    VERSION = 1,
    FIELDS = 39,
    SAMPLE = 8192, /* rows by which the share of clicks is set */
    /* 30 GB of libsvm text for 52 M rows (LambdaML, SIGMOD 2021). */
    TEXT_BYTES_PER_ROW = 577,
};
static const double click_share = 0.2562; /* of the 45.8 M rows of the Kaggle set */
static const double effect_share = 0.5, effect_size = 0.3;

static const int32_t categories[FIELDS] = {
    50,   50,   50,    50,      50,      50,       50,      50,    50,      50,
    50,   50,   50,    1460,    583,     10131227, 2202608, 305,   24,      12517,
    633,  3,    93145, 5683,    8351593, 3194,     27,      14992, 5461306, 10,
    5652, 2173, 4,     7046547, 18,      15,       286181,  105,   142572,
};

struct generator {
    int32_t features;
    float *effect; /* [D] */
    double bias;   /* log-odds without any effect */
};

/* Finalizer of MurmurHash3. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 33) * UINT64_C(0xff51afd7ed558ccd);
    x = (x ^ x >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

static int32_t draw_feature(const struct generator *g, struct rng *rng, int field)
{
    int32_t most = categories[field];
    /* Below this rank: ln(1 + rank) of ln(1 + most). */
    double rank = floor(exp(rng_u32(rng) * 0x1p-32 * log(most + 1.0)));
    uint64_t key = (uint64_t)field << 32 | (uint64_t)fmin(rank, most);

    return (int32_t)((mix(key) >> 32) * (uint64_t)g->features >> 32);
}

/* Fills the row but for its class; returns the effects' sum. */
static double show(const struct generator *g, struct rng *rng, struct sparse_row *row)
{
    int32_t feature[FIELDS];
    double sum = 0;

    for (int field = 0; field < FIELDS; field++)
        feature[field] = draw_feature(g, rng, field);
    sparse_rows_sort(feature, FIELDS, g->features);
    row->count = 0;
    for (int i = 0; i < FIELDS; i++) {
        if (i > 0 && feature[i] == feature[i - 1])
            continue; /* two categories with one hash */
        row->column[row->count] = feature[i];
        row->value[row->count++] = (float)(1 / sqrt(FIELDS));
        sum += g->effect[feature[i]];
    }
    return sum;
}

static double clicked(double log_odds)
{
    return 1 / (1 + exp(-log_odds));
}

static void write_row(const void *recipe, struct rng_stream stream, uint32_t number,
                      struct sparse_row *row)
{
    const struct generator *g = recipe;
    struct rng rng = rng_at(stream, number, 0);
    double sum = show(g, &rng, row);

    row->class = rng_uniform(&rng) < clicked(sum + g->bias);
}

/* -- what all rows share -- */
static void fill_effects(struct generator *g, uint64_t seed)
{
    struct rng_stream truth = rng_stream(seed, "criteo-like.truth");

    for (int32_t feature = 0; feature < g->features; feature++) {
        struct rng rng = rng_at(truth, (uint32_t)feature, 0);

        g->effect[feature] =
            rng_uniform(&rng) < effect_share ? (float)(effect_size * rng_normal(&rng)) : 0.0f;
    }
}

/* Halves an interval until the share of clicks of some rows is right. */
static void balance(struct generator *g, uint64_t seed)
{
    struct rng_stream stream = rng_stream(seed, "criteo-like.balance");
    double *sum = NEW_ARRAY(double, SAMPLE), below = -30, above = 30;
    struct sparse_row *row = NEW(struct sparse_row);

    for (uint32_t i = 0; i < SAMPLE; i++) {
        struct rng rng = rng_at(stream, i, 0);

        sum[i] = show(g, &rng, row);
    }
    for (int step = 0; step < 60; step++) {
        double clicks = 0, middle = (below + above) / 2;

        for (int i = 0; i < SAMPLE; i++)
            clicks += clicked(sum[i] + middle);
        if (clicks < click_share * SAMPLE)
            below = middle;
        else
            above = middle;
    }
    g->bias = above;
    free(row);
    free(sum);
}

static bool open_criteo_like(const struct data_request *request, struct data *data,
                             struct err *err)
{
    const struct sparse_like_conf *conf = request->conf;
    struct generator g = {.features = (int32_t)conf->features};
    struct sparse_rows rows = {.name = "criteo-like",
                               .version = VERSION,
                               .features = g.features,
                               .text_bytes_per_row = TEXT_BYTES_PER_ROW,
                               .row = write_row,
                               .recipe = &g};
    bool ok;

    g.effect = NEW_ARRAY(float, (size_t)g.features);
    fill_effects(&g, request->seed);
    balance(&g, request->seed);
    ok = sparse_rows_generate(&rows, "train", request->seed, conf->rows, &data->train, err);
    if (ok && conf->test_rows > 0)
        ok = sparse_rows_generate(&rows, "test", request->seed, conf->test_rows, &data->test,
                                  err);
    free(g.effect);
    return ok;
}

static const struct field fields[] = {
    CONF(struct sparse_like_conf, rows, .min = 1, .max = (double)DATASET_ROWS_MAX,
         .doc = "Training rows; LambdaML's Criteo has 52,000,000."),
    CONF(struct sparse_like_conf, test_rows, .min = 0, .max = (double)DATASET_ROWS_MAX,
         .preset = "0",
         .doc = "Test rows, drawn apart from the training rows; 0: no test set."),
    CONF(struct sparse_like_conf, features, .min = 2, .max = 100000000, .preset = "1000000",
         .doc = "Features that categories are hashed into.",
         .source = "LambdaML (SIGMOD 2021): 1 M"),
    CONF_END,
};

extern const struct data_kind data_criteo_like;
const struct data_kind data_criteo_like = {
    .kind = {.name = "criteo-like",
             .doc =
                 "Generated sparse rows of two classes, 39 non-zeros each, with categories as "
                 "skewed as Criteo's; the scenario's seed decides them.",
             .source = "after Criteo's Kaggle display advertising challenge, 2014: numbers of "
                       "categories",
             .fields = fields,
             .conf_size = sizeof(struct sparse_like_conf)},
    .open = open_criteo_like,
};
