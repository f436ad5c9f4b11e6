/* SPDX-License-Identifier: MIT
 * higgs_like.c -- source "higgs-like": any number of rows that a linear model learns like
 * Higgs.
 *
 * Each class is a Gaussian copula fitted to real rows (fit_higgs_like.py): 28 normal numbers
 * with given correlations, each turned into a feature by a piecewise linear function, or into a
 * b-tag by two thresholds.  Nothing is fitted to a learning curve; that logistic regression
 * then learns at the published pace is checked by tests/conformance.
 *
 * Row r is a function of (seed, r) alone: a set of more rows begins with the rows of a smaller
 * one, and threads may share the work.
 * SIMPLIFIED: dependences beyond correlation (masses are functions of momenta) are not
 * modelled: what a non-linear model learns from Higgs, it does not learn here. */
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
#include "traces/dataset/higgs_like_table.h"

enum {
    VERSION = 1, /* of the rows: another table or another use of random numbers is another */
    LANES = 16,  /* rows of one class computed side by side, for the compiler to vectorise */
    BLOCK_ROWS = 256,
    JOB_ROWS = 1 << 15,
    NORMALS = 1 << 16,
    /* 8 GB of libsvm text for 11 M rows (LambdaML, SIGMOD 2021). */
    TEXT_BYTES_PER_ROW = 727,
};

/* One number of each of LANES rows.  A vector type, because gcc leaves the plain loop scalar at
 * -O2; it does the same operations, so the bits are the same with any width of the machine's.
 */
typedef float lanes __attribute__((vector_size(LANES * sizeof(float))));

struct generator {
    struct rng_stream stream;
    uint32_t signal_below; /* a row is of class 1 when its first number is below */
    float normal[NORMALS]; /* equally likely values of a standard normal number */
};

struct job {
    const struct generator *generator;
    struct dataset *set;
    int64_t begin, end;
    struct future future;
};

/* The quantiles of (i + 1/2) / NORMALS.  Outwards from the middle, each by Newton's method from
 * the one before, which approaches from below because the upper tail is convex. */
static void fill_normals(float *normal)
{
    double z = 0;

    for (int i = NORMALS / 2; i < NORMALS; i++) {
        double tail = (NORMALS - i - 0.5) / NORMALS, step;

        do {
            step = (0.5 * erfc(z * M_SQRT1_2) - tail) * sqrt(2 * M_PI) * exp(0.5 * z * z);
            z += step;
        } while (fabs(step) > 1e-7);
        normal[i] = (float)z;
        normal[NORMALS - 1 - i] = (float)-z;
    }
}

/* Independent normal numbers become correlated ones. */
static void correlate(int class, lanes z[HIGGS_FEATURES])
{
    for (int j = HIGGS_FEATURES - 1; j >= 0; j--) {
        lanes sum = higgs_factor[class][j][0] * z[0];

        for (int i = 1; i <= j; i++)
            sum += higgs_factor[class][j][i] * z[i];
        z[j] = sum;
    }
}

static void shape_feature(const float knot[HIGGS_KNOTS], const lanes *z, float x[LANES])
{
    for (int lane = 0; lane < LANES; lane++) {
        float at = ((*z)[lane] + higgs_z_most) * HIGGS_KNOTS_PER_UNIT;
        int i;

        at = at < 0 ? 0 : at;
        at = at > HIGGS_KNOTS - 1 ? HIGGS_KNOTS - 1 : at;
        i = (int)at;
        i = i > HIGGS_KNOTS - 2 ? HIGGS_KNOTS - 2 : i;
        x[lane] = knot[i] + (at - (float)i) * (knot[i + 1] - knot[i]);
    }
}

static void shape_tag(const float step[2], const float value[3], const lanes *z, float x[LANES])
{
    for (int lane = 0; lane < LANES; lane++)
        x[lane] = value[((*z)[lane] >= step[0]) + ((*z)[lane] >= step[1])];
}

/* Rows row[0..LANES) of one class; two normal numbers come from each 32-bit number. */
static void generate_lanes(const struct generator *generator, int class,
                           const int64_t row[LANES], float *all_x)
{
    lanes z[HIGGS_FEATURES];
    float x[HIGGS_FEATURES][LANES];

    for (int lane = 0; lane < LANES; lane++) {
        struct rng rng = rng_at(generator->stream, (uint32_t)row[lane], 0);

        rng_u32(&rng); /* the class */
        for (int j = 0; j < HIGGS_FEATURES; j += 2) {
            uint32_t two = rng_u32(&rng);

            z[j][lane] = generator->normal[two & 0xffff];
            z[j + 1][lane] = generator->normal[two >> 16];
        }
    }
    correlate(class, z);
    for (int j = 0; j < HIGGS_FEATURES; j++)
        shape_feature(higgs_knot[class][j], &z[j], x[j]);
    for (int t = 0; t < HIGGS_TAGS; t++)
        shape_tag(higgs_tag_step[class][t], higgs_tag_value[t], &z[higgs_tag_feature[t]],
                  x[higgs_tag_feature[t]]);
    for (int lane = 0; lane < LANES; lane++)
        for (int j = 0; j < HIGGS_FEATURES; j++)
            all_x[row[lane] * HIGGS_FEATURES + j] = x[j][lane];
}

static void generate_block(const struct generator *generator, struct dataset *set,
                           int64_t begin, int64_t end)
{
    int64_t of_class[2][BLOCK_ROWS + LANES];
    int rows[2] = {0, 0};

    for (int64_t r = begin; r < end; r++) {
        struct rng rng = rng_at(generator->stream, (uint32_t)r, 0);
        int class = rng_u32(&rng) < generator->signal_below;

        set->y[r] = class;
        of_class[class][rows[class]++] = r;
    }
    for (int class = 0; class < 2; class ++) {
        if (rows[class] == 0)
            continue;
        for (int i = 0; i < LANES; i++) /* idle lanes repeat the last row */
            of_class[class][rows[class] + i] = of_class[class][rows[class] - 1];
        for (int i = 0; i < rows[class]; i += LANES)
            generate_lanes(generator, class, of_class[class] + i, set->x);
    }
}

static void run_job(void *arg, int lane)
{
    struct job *job = arg;

    (void)lane;
    for (int64_t r = job->begin; r < job->end; r += BLOCK_ROWS)
        generate_block(job->generator, job->set, r,
                       r + BLOCK_ROWS < job->end ? r + BLOCK_ROWS : job->end);
}

static void generate_rows(const struct generator *generator, struct dataset *set)
{
    size_t jobs = (size_t)((set->rows + JOB_ROWS - 1) / JOB_ROWS);
    struct job *job = NEW_ARRAY(struct job, jobs);
    struct pool *pool = pool_new(jobs > 1 ? pool_helpers_for_cores() : 0, 0);

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

/* Two sets with equal digests have equal rows. */
static void hash_of_recipe(const char *stream, uint64_t seed, int64_t rows, char text[65])
{
    char recipe[128];
    unsigned char digest[32];
    struct sha256_ctx sha256;
    int length = snprintf(recipe, sizeof recipe, "%s %d %" PRIu64 " %" PRId64, stream, VERSION,
                          seed, rows);

    sha256_init(&sha256);
    sha256_update(&sha256, (size_t)length, (const uint8_t *)recipe);
    sha256_digest(&sha256, sizeof digest, digest);
    digest_to_text(digest, text);
}

static bool generate(struct generator *generator, const char *stream, uint64_t seed,
                     int64_t rows, struct dataset *set, struct err *err)
{
    set->name = memory_text("higgs-like");
    set->features = HIGGS_FEATURES;
    set->classes = 2;
    set->label = NEW_ARRAY(int32_t, 2);
    set->label[1] = 1;
    set->file_bytes = rows * TEXT_BYTES_PER_ROW;
    set->x = builder_memory(set->name, rows, HIGGS_FEATURES * (int64_t)sizeof *set->x, err);
    set->y = set->x ? builder_memory(set->name, rows, sizeof *set->y, err) : NULL;
    if (!set->y)
        return false;
    set->rows = rows;
    hash_of_recipe(stream, seed, rows, set->sha256);
    generator->stream = rng_stream(seed, stream);
    generate_rows(generator, set);
    return true;
}

static bool open_higgs_like(const struct data_request *request, struct data *data,
                            struct err *err)
{
    const struct higgs_like_conf *conf = request->conf;
    struct generator *generator = NEW(struct generator);
    bool ok;

    fill_normals(generator->normal);
    generator->signal_below = (uint32_t)(higgs_signal_share * 0x1p32);
    ok = generate(generator, "higgs-like.train", request->seed, conf->rows, &data->train, err);
    if (ok && conf->test_rows > 0)
        ok = generate(generator, "higgs-like.test", request->seed, conf->test_rows, &data->test,
                      err);
    free(generator);
    return ok;
}

static const struct field fields[] = {
    CONF(struct higgs_like_conf, rows, .min = 1, .max = (double)DATASET_ROWS_MAX,
         .doc =
             "Training rows; the real Higgs has 11,000,000 (0.5 million of them for testing)."),
    CONF(struct higgs_like_conf, test_rows, .min = 0, .max = (double)DATASET_ROWS_MAX,
         .preset = "0",
         .doc = "Test rows, drawn apart from the training rows; 0: no test set."),
    CONF_END,
};

extern const struct data_kind data_higgs_like;
const struct data_kind data_higgs_like = {
    .kind = {.name = "higgs-like",
             .doc =
                 "Generated rows with 28 features and two classes, distributed like Higgs; the "
                 "scenario's seed decides them.",
             .source =
                 "fitted to 7,000 rows of Higgs (Baldi et al., Nature Communications 2014)",
             .fields = fields,
             .conf_size = sizeof(struct higgs_like_conf)},
    .open = open_higgs_like,
};
