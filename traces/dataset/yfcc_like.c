/* SPDX-License-Identifier: MIT
 * yfcc_like.c -- source "yfcc-like": rows like the features that a deep network sees in photos
 * (YFCC100M-HNfc6: 4,096 outputs of a rectified, fully connected layer).
 *
 * A photo is 16 normally distributed factors, a feature a mixture of them with noise, rectified
 * as the layer's outputs are.  The photo's class depends on one factor.  Chosen, not fitted:
 * two features in seven are above 0, rows have norm 1 on average, and who knows the factors
 * tells 0.85 of the rows right.
 *
 * Row r is a function of (seed, r) alone.
 * SIMPLIFIED: dense, as in the study of LambdaML; real activations are heavier-tailed. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <nettle/sha2.h>

#include "base/memory.h"
#include "base/rng.h"
#include "traces/dataset/builder.h"
#include "traces/dataset/data.h"

enum {
    VERSION = 1,
    FACTORS = 16,
    /* 110 GB of libsvm text for 4 M rows of 4,096 features (LambdaML, SIGMOD 2021). */
    TEXT_BYTES_PER_VALUE_X1000 = 6714,
};
static const float threshold = 0.65f; /* what a mixture must exceed to show */
static const float noise =
    1.22474487f;                   /* of a difference of two uniform numbers: variance 1/4 */
static const double steepness = 4; /* of the log-odds in the first factor */

struct generator {
    struct rng_stream stream;
    int32_t features;
    float scale;
    float *mixture; /* [FACTORS][D] */
};

static double density(double z)
{
    return exp(-0.5 * z * z) / sqrt(2 * M_PI);
}

/* 1 / sqrt(D E[max(0, z - threshold)^2]) for z of variance 1 + 1/4. */
static float unit_scale(int32_t features)
{
    double deviation = sqrt(1.25), a = (double)threshold / deviation;
    double above = 0.5 * erfc(a * M_SQRT1_2);

    return (float)(1 / sqrt(features * 1.25 * ((1 + a * a) * above - a * density(a))));
}

static void fill_mixture(struct generator *g, uint64_t seed)
{
    struct rng_stream truth = rng_stream(seed, "yfcc-like.truth");
    float share = 1 / sqrtf(FACTORS);

    for (int32_t j = 0; j < g->features; j++) {
        struct rng rng = rng_at(truth, (uint32_t)j, 0);

        for (int k = 0; k < FACTORS; k++)
            g->mixture[(size_t)k * (size_t)g->features + (size_t)j] =
                share * (float)rng_normal(&rng);
    }
}

static void mix(const struct generator *g, const float factor[FACTORS], struct rng *rng,
                float *restrict x)
{
    for (int32_t j = 0; j < g->features; j++) {
        uint32_t two = rng_u32(rng);

        x[j] = noise * ((float)(two & 0xffff) - (float)(two >> 16)) * 0x1p-16f - threshold;
    }
    for (int k = 0; k < FACTORS; k++) {
        const float *restrict mixture = g->mixture + (size_t)k * (size_t)g->features;
        float of_factor = factor[k];

        for (int32_t j = 0; j < g->features; j++)
            x[j] += mixture[j] * of_factor;
    }
    for (int32_t j = 0; j < g->features; j++)
        x[j] = x[j] > 0 ? x[j] * g->scale : 0;
}

static void generate_row(const struct generator *g, int64_t r, float *x, int32_t *y)
{
    struct rng rng = rng_at(g->stream, (uint32_t)r, 0);
    float factor[FACTORS];

    for (int k = 0; k < FACTORS; k++)
        factor[k] = (float)rng_normal(&rng);
    *y = rng_uniform(&rng) < 1 / (1 + exp(-steepness * (double)factor[0]));
    mix(g, factor, &rng, x);
}

static void hash_of_recipe(const char *stream, uint64_t seed, const struct dataset *set,
                           char text[65])
{
    char recipe[128];
    unsigned char digest[32];
    struct sha256_ctx sha256;
    int length = snprintf(recipe, sizeof recipe, "%s %d %" PRIu64 " %" PRId64 " %d", stream,
                          VERSION, seed, set->rows, (int)set->features);

    sha256_init(&sha256);
    sha256_update(&sha256, (size_t)length, (const uint8_t *)recipe);
    sha256_digest(&sha256, sizeof digest, digest);
    digest_to_text(digest, text);
}

static bool generate(struct generator *g, const char *stream, uint64_t seed, int64_t rows,
                     struct dataset *set, struct err *err)
{
    set->name = memory_text("yfcc-like");
    set->features = g->features;
    set->classes = 2;
    set->label = NEW_ARRAY(int32_t, 2);
    set->label[1] = 1;
    set->file_bytes = rows * g->features * TEXT_BYTES_PER_VALUE_X1000 / 1000;
    set->x = builder_memory(set->name, rows, g->features * (int64_t)sizeof *set->x, err);
    set->y = set->x ? builder_memory(set->name, rows, sizeof *set->y, err) : NULL;
    if (!set->y)
        return false;
    set->rows = rows;
    hash_of_recipe(stream, seed, set, set->sha256);
    g->stream = rng_stream(seed, stream);
    for (int64_t r = 0; r < rows; r++)
        generate_row(g, r, set->x + r * g->features, &set->y[r]);
    return true;
}

static bool open_yfcc_like(const struct data_request *request, struct data *data,
                           struct err *err)
{
    const struct yfcc_like_conf *conf = request->conf;
    struct generator g = {.features = (int32_t)conf->features,
                          .scale = unit_scale((int32_t)conf->features),
                          .mixture = NEW_ARRAY(float, FACTORS *(size_t)conf->features)};
    bool ok;

    fill_mixture(&g, request->seed);
    ok = generate(&g, "yfcc-like.train", request->seed, conf->rows, &data->train, err);
    if (ok && conf->test_rows > 0)
        ok = generate(&g, "yfcc-like.test", request->seed, conf->test_rows, &data->test, err);
    free(g.mixture);
    return ok;
}

static const struct field fields[] = {
    CONF(struct yfcc_like_conf, rows, .min = 1, .max = (double)DATASET_ROWS_MAX,
         .doc =
             "Training rows; YFCC100M-HNfc6 as LambdaML has it, 4,000,000.  Each takes 16 KB "
             "of memory."),
    CONF(struct yfcc_like_conf, test_rows, .min = 0, .max = (double)DATASET_ROWS_MAX,
         .preset = "0",
         .doc = "Test rows, drawn apart from the training rows; 0: no test set."),
    CONF(struct yfcc_like_conf, features, .min = 1, .max = 1000000, .preset = "4096",
         .doc = "Outputs of the layer.", .source = "LambdaML (SIGMOD 2021): 4,096"),
    CONF_END,
};

extern const struct data_kind data_yfcc_like;
const struct data_kind data_yfcc_like = {
    .kind = {.name = "yfcc-like",
             .doc = "Generated dense rows of two classes with 4,096 features, like a deep "
                    "network's features of photos; the scenario's seed decides them.",
             .source = "after YFCC100M-HNfc6 (Amato et al., 2016) as used by LambdaML",
             .fields = fields,
             .conf_size = sizeof(struct yfcc_like_conf)},
    .open = open_yfcc_like,
};
