/* SPDX-License-Identifier: MIT
 * image_like.c -- source "image-like": any number of small pictures of any number of classes.
 *
 * For trying networks without data.  A class is a pattern of a few waves in each channel, of
 * its own directions, lengths and phases; a picture is its class's pattern, moved by some
 * pixels, with noise on each of them.  Networks learn it in an epoch or two; moved pictures
 * give convolutions something that a linear model must learn piece by piece.
 *
 * Row r is a function of (seed, r) alone: a set of more rows begins with the rows of a smaller
 * one.  SIMPLIFIED: nothing about real pictures is fitted; what a network reaches here says
 * nothing about what it reaches on CIFAR-10. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/sha2.h>

#include "base/memory.h"
#include "base/pool.h"
#include "base/rng.h"
#include "traces/dataset/builder.h"
#include "traces/dataset/data.h"

enum {
    VERSION = 1, /* of the rows */
    WAVES = 4,
    MOVE = 2, /* pixels, to every side */
    JOB_ROWS = 256,
    CLASSES_MOST = 1000,
    BYTES_PER_PIXEL = 1, /* as pictures are stored, and a byte of label */
};

struct picture {
    int32_t channels, height, width;
    int64_t pixels;
};

/* Patterns of all classes, each with MOVE pixels more on every side. */
struct generator {
    struct rng_stream stream;
    struct picture inner, outer;
    int32_t classes;
    float noise;
    float *pattern; /* float[classes][outer.pixels] */
};

struct job {
    const struct generator *generator;
    struct dataset *set;
    int64_t begin, end;
    struct future future;
};

static struct picture picture_of(int64_t channels, int64_t height, int64_t width)
{
    return (struct picture){(int32_t)channels, (int32_t)height, (int32_t)width,
                            channels * height * width};
}

/* -- patterns -- */
static void add_wave(struct rng *rng, const struct picture *size, float *plane)
{
    double across = 2 * M_PI * (4 * rng_uniform(rng) - 2) / size->width;
    double down = 2 * M_PI * (4 * rng_uniform(rng) - 2) / size->height;
    double phase = 2 * M_PI * rng_uniform(rng);

    for (int32_t y = 0; y < size->height; y++)
        for (int32_t x = 0; x < size->width; x++)
            plane[(int64_t)y * size->width + x] +=
                (float)(0.35 / sqrt(WAVES) * cos(across * x + down * y + phase));
}

static void draw_pattern(const struct generator *generator, uint64_t seed, int32_t class)
{
    struct rng rng = rng_at(rng_stream(seed, "image-like.pattern"), (uint32_t) class, 0);
    const struct picture *size = &generator->outer;
    int64_t plane_pixels = (int64_t)size->height * size->width;
    float *pattern = generator->pattern + class * size->pixels;

    for (int64_t i = 0; i < size->pixels; i++)
        pattern[i] = 0.5f;
    for (int32_t channel = 0; channel < size->channels; channel++)
        for (int wave = 0; wave < WAVES; wave++)
            add_wave(&rng, size, pattern + channel * plane_pixels);
}

/* -- pictures -- */
static float clipped(float x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* The sum of four bytes is nearly normal, and cheap: its standard deviation is 147.8. */
static float noise_of(uint32_t word)
{
    int32_t sum = (int32_t)(word & 255) + (int32_t)(word >> 8 & 255) +
                  (int32_t)(word >> 16 & 255) + (int32_t)(word >> 24);

    return (float)(sum - 510) / 147.8f;
}

static void draw_picture(const struct generator *generator, struct dataset *set, int64_t row)
{
    struct rng rng = rng_at(generator->stream, (uint32_t)row, 0);
    const struct picture *inner = &generator->inner, *outer = &generator->outer;
    int32_t class = (int32_t)rng_below(&rng, (uint64_t)generator->classes);
    int64_t right = (int64_t)rng_below(&rng, 2 * MOVE + 1);
    int64_t below = (int64_t)rng_below(&rng, 2 * MOVE + 1);
    const float *pattern = generator->pattern + class * outer->pixels;
    float *x = set->x + row * inner->pixels;

    set->y[row] = class;
    for (int32_t channel = 0; channel < inner->channels; channel++)
        for (int64_t i = 0; i < inner->height; i++) {
            const float *from =
                pattern + ((int64_t)channel * outer->height + i + below) * outer->width + right;

            for (int64_t j = 0; j < inner->width; j++)
                *x++ = clipped(from[j] + generator->noise * noise_of(rng_u32(&rng)));
        }
}

static void run_job(void *arg, int lane)
{
    struct job *job = arg;

    (void)lane;
    for (int64_t row = job->begin; row < job->end; row++)
        draw_picture(job->generator, job->set, row);
}

static void draw_pictures(const struct generator *generator, struct dataset *set)
{
    size_t jobs = (size_t)((set->rows + JOB_ROWS - 1) / JOB_ROWS);
    struct job *job = NEW_ARRAY(struct job, jobs);
    struct pool *pool = pool_new(jobs > 8 ? pool_helpers_for_cores() : 0, 0);

    for (size_t i = 0; i < jobs; i++) {
        int64_t begin = (int64_t)i * JOB_ROWS, end = begin + JOB_ROWS;

        job[i].generator = generator;
        job[i].set = set;
        job[i].begin = begin;
        job[i].end = end < set->rows ? end : set->rows;
        pool_submit(pool, &job[i].future, INFINITY, run_job, &job[i]);
    }
    for (size_t i = 0; i < jobs; i++)
        future_wait(pool, &job[i].future);
    pool_free(pool);
    free(job);
}

/* -- the source -- */
/* Two sets with equal digests have equal rows. */
static void hash_of_recipe(const struct generator *generator, const char *stream, uint64_t seed,
                           int64_t rows, char text[65])
{
    const struct picture *size = &generator->inner;
    char recipe[192];
    unsigned char digest[32];
    struct sha256_ctx sha256;
    int length =
        snprintf(recipe, sizeof recipe, "%s %d %" PRIu64 " %" PRId64 " %d %d %d %d %.9g",
                 stream, VERSION, seed, rows, size->channels, size->height, size->width,
                 generator->classes, (double)generator->noise);

    sha256_init(&sha256);
    sha256_update(&sha256, (size_t)length, (const uint8_t *)recipe);
    sha256_digest(&sha256, sizeof digest, digest);
    digest_to_text(digest, text);
}

static bool generate(struct generator *generator, const char *stream, uint64_t seed,
                     int64_t rows, struct dataset *set, struct err *err)
{
    const struct picture *size = &generator->inner;

    set->name = memory_text("image-like");
    set->features = (int32_t)size->pixels;
    set->channels = size->channels;
    set->height = size->height;
    set->width = size->width;
    set->classes = generator->classes;
    set->label = NEW_ARRAY(int32_t, (size_t)generator->classes);
    for (int32_t class = 0; class < generator->classes; class ++)
        set->label[class] = class;
    set->file_bytes = rows * (size->pixels * BYTES_PER_PIXEL + 1);
    set->x = builder_memory(set->name, rows, size->pixels * (int64_t)sizeof *set->x, err);
    set->y = set->x ? builder_memory(set->name, rows, sizeof *set->y, err) : NULL;
    if (!set->y)
        return false;
    set->rows = rows;
    hash_of_recipe(generator, stream, seed, rows, set->sha256);
    generator->stream = rng_stream(seed, stream);
    draw_pictures(generator, set);
    return true;
}

static bool open_image_like(const struct data_request *request, struct data *data,
                            struct err *err)
{
    const struct image_like_conf *conf = request->conf;
    struct generator generator = {
        .inner = picture_of(conf->channels, conf->height, conf->width),
        .outer = picture_of(conf->channels, conf->height + 2 * MOVE, conf->width + 2 * MOVE),
        .classes = (int32_t)conf->classes,
        .noise = (float)conf->noise};
    bool ok = false;

    generator.pattern = builder_memory("image-like", conf->classes,
                                       generator.outer.pixels * (int64_t)sizeof(float), err);
    if (!generator.pattern)
        return false;
    for (int32_t class = 0; class < generator.classes; class ++)
        draw_pattern(&generator, request->seed, class);
    ok = generate(&generator, "image-like.train", request->seed, conf->rows, &data->train, err);
    if (ok && conf->test_rows > 0)
        ok = generate(&generator, "image-like.test", request->seed, conf->test_rows,
                      &data->test, err);
    free(generator.pattern);
    return ok;
}

static const struct field fields[] = {
    CONF(struct image_like_conf, rows, .min = 1, .max = (double)DATASET_ROWS_MAX,
         .doc = "Training pictures."),
    CONF(struct image_like_conf, test_rows, .min = 0, .max = (double)DATASET_ROWS_MAX,
         .preset = "0",
         .doc = "Test pictures, drawn apart from the training ones; 0: no test set."),
    CONF(struct image_like_conf, classes, .min = 2, .max = CLASSES_MOST, .preset = "10",
         .doc = "Kinds of picture."),
    CONF(struct image_like_conf, channels, .min = 1, .max = 16, .preset = "3",
         .doc = "Colours: 1 as in MNIST, 3 as in CIFAR-10."),
    CONF(struct image_like_conf, height, .min = 1, .max = 512, .preset = "32",
         .doc = "Pixels from top to bottom."),
    CONF(struct image_like_conf, width, .min = 1, .max = 512, .preset = "32",
         .doc = "Pixels from left to right."),
    CONF(struct image_like_conf, noise, .max = 10, .preset = "0.2",
         .doc = "Standard deviation of what is added to each pixel, whose values are 0 to 1."),
    CONF_END,
};

extern const struct data_kind data_image_like;
const struct data_kind data_image_like = {
    .kind = {.name = "image-like",
             .doc =
                 "Generated pictures: the pattern of a class, moved a little, and noise; the "
                 "scenario's seed decides them.",
             .fields = fields,
             .conf_size = sizeof(struct image_like_conf)},
    .open = open_image_like,
};
