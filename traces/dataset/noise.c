/* SPDX-License-Identifier: MIT
 * noise.c -- source "noise": rows of independent normal numbers, and nothing to learn in them.
 *
 * What a stochastic gradient adds to the true one, row by row: with the model `quadratic`
 * everything about an optimizer is known in closed form.  One pass through such rows is one
 * through independent draws; a second pass repeats them. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <nettle/sha2.h>

#include "base/memory.h"
#include "base/rng.h"
#include "traces/dataset/builder.h"
#include "traces/dataset/data.h"

enum { VERSION = 1, TEXT_BYTES_PER_NUMBER = 10 };

static void write_rows(struct rng_stream stream, double deviation, struct dataset *set)
{
    for (int64_t row = 0; row < set->rows; row++) {
        struct rng rng = rng_at(stream, (uint32_t)row, 0);
        float *x = set->x + row * set->features;

        for (int32_t i = 0; i < set->features; i++)
            x[i] = (float)(deviation * rng_normal(&rng));
    }
}

static void hash_of_recipe(const struct data_request *request, char text[65])
{
    const struct noise_conf *conf = request->conf;
    char recipe[160];
    unsigned char digest[32];
    struct sha256_ctx sha256;
    int length =
        snprintf(recipe, sizeof recipe, "noise %d %" PRIu64 " %" PRId64 " %" PRId64 " %.17g",
                 VERSION, request->seed, conf->rows, conf->features, conf->deviation);

    sha256_init(&sha256);
    sha256_update(&sha256, (size_t)length, (const uint8_t *)recipe);
    sha256_digest(&sha256, sizeof digest, digest);
    digest_to_text(digest, text);
}

static bool open_noise(const struct data_request *request, struct data *data, struct err *err)
{
    const struct noise_conf *conf = request->conf;
    struct dataset *set = &data->train;

    set->name = memory_text("noise");
    set->features = (int32_t)conf->features;
    set->classes = 1;
    set->label = NEW_ARRAY(int32_t, 1);
    set->file_bytes = conf->rows * conf->features * TEXT_BYTES_PER_NUMBER;
    set->x =
        builder_memory(set->name, conf->rows, conf->features * (int64_t)sizeof *set->x, err);
    set->y = set->x ? builder_memory(set->name, conf->rows, sizeof *set->y, err) : NULL;
    if (!set->y)
        return false;
    set->rows = conf->rows;
    memset(set->y, 0, (size_t)set->rows * sizeof *set->y);
    hash_of_recipe(request, set->sha256);
    write_rows(rng_stream(request->seed, "noise"), conf->deviation, set);
    return true;
}

static const struct field fields[] = {
    CONF(struct noise_conf, rows, .min = 1, .max = (double)DATASET_ROWS_MAX,
         .doc = "Rows; one pass through them is one through independent draws."),
    CONF(struct noise_conf, features, .min = 1, .max = 100000000, .doc = "Numbers of a row."),
    CONF(struct noise_conf, deviation, .min = 0, .preset = "1",
         .doc = "Their standard deviation; the mean is 0."),
    CONF_END,
};

extern const struct data_kind data_noise;
const struct data_kind data_noise = {
    .kind = {.name = "noise",
             .doc = "Generated rows of independent normal numbers of one class: gradient noise "
                    "for the model quadratic; the scenario's seed decides them.",
             .fields = fields,
             .conf_size = sizeof(struct noise_conf)},
    .open = open_noise,
};
