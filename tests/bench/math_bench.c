/* SPDX-License-Identifier: MIT
 * math_bench.c -- how fast logistic regression goes through rows on one core, beside two
 * OpenBLAS matrix-vector products over the same data, which is the least that BLAS could do it
 * with.
 *
 * Best of several rounds in turn, so that a busy machine spoils all alike.  Ratios count. */
#include <cblas.h>
#include <time.h>

#include "algorithms/math/blas.h"
#include "algorithms/optimizer/optimizer.h"
#include "tests/test.h"

enum { D = 28, ROUNDS = 15 };
static const int64_t N = 1100000, B = 10000;

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

struct bench {
    struct matrix matrix;
    float *x;
    int32_t *y;
    uint32_t *listed;
    struct lr_conf lr;
    struct ma_sgd_conf ma;
    struct model model;
    struct optimizer optimizer;
    struct scratch scratch;
    float *w, *g, *z;
    struct score score;
};

static void bench_init(struct bench *b)
{
    struct rng rng = rng_at(rng_stream(1, "bench"), 0, 0);

    b->x = aligned_alloc(64, (size_t)N * D * sizeof *b->x);
    b->y = malloc((size_t)N * sizeof *b->y);
    b->listed = malloc((size_t)N * sizeof *b->listed);
    for (int64_t i = 0; i < N * D; i++)
        b->x[i] = (float)rng_u32(&rng) * 0x1p-32f;
    for (int64_t i = 0; i < N; i++) {
        b->y[i] = rng_u32(&rng) & 1;
        b->listed[i] = (uint32_t)i;
    }
    rng_shuffle(&rng, b->listed, (size_t)N);
    b->matrix = (struct matrix){.rows = N, .features = D, .classes = 2, .x = b->x, .y = b->y};
    b->ma = (struct ma_sgd_conf){.learning_rate = 0.1, .batch_size = B, .local_epochs = 1};
    model_init(&b->model,
               &(struct choice){.kind = family_find(&model_family, "lr"), .conf = &b->lr},
               &b->matrix, NULL);
    b->optimizer = optimizer_of(
        &(struct choice){.kind = family_find(&optimizer_family, "ma_sgd"), .conf = &b->ma},
        &b->model);
    optimizer_scratch_init(&b->optimizer, B, &b->scratch);
    b->w = calloc((size_t)b->model.parameters, sizeof *b->w);
    b->g = calloc((size_t)b->model.parameters, sizeof *b->g);
    b->z = calloc((size_t)B, sizeof *b->z);
    b->model.kind->init(&b->model, 1, b->w);
}

static void two_gemv(struct bench *b)
{
    for (int64_t at = 0; at < N; at += B) {
        cblas_sgemv(CblasRowMajor, CblasNoTrans, (int)B, D, 1, b->x + at * D, D, b->w, 1, 0,
                    b->z, 1);
        cblas_sgemv(CblasRowMajor, CblasTrans, (int)B, D, 1, b->x + at * D, D, b->z, 1, 0, b->g,
                    1);
    }
}

static void gradients(struct bench *b, struct rows rows)
{
    for (int64_t at = 0; at < N; at += B)
        b->model.kind->gradient(&b->model, b->w, rows_slice(rows, at, B), b->scratch.number,
                                b->g, NULL);
}

static void contiguous(struct bench *b)
{
    gradients(b, rows_all(&b->matrix));
}

static void listed(struct bench *b)
{
    gradients(b, (struct rows){.matrix = &b->matrix, .index = b->listed, .count = N});
}

static void evaluation(struct bench *b)
{
    b->model.kind->evaluate(&b->model, b->w, rows_all(&b->matrix), b->scratch.number,
                            &b->score);
}

static void sampling(struct bench *b)
{
    struct sampler sampler;

    sampler_init(&sampler, rows_all(&b->matrix), B, 0, 1, 0);
    for (int64_t step = 0; step < sampler.steps_per_epoch; step++)
        sampler_rows(&sampler, step, b->scratch.index);
}

static void ma_sgd_epoch(struct bench *b)
{
    struct sampler sampler;

    sampler_init(&sampler, rows_all(&b->matrix), B, 0, 1, 0);
    b->optimizer.kind->contribute(&b->optimizer, b->w, NULL, &sampler, 0, &b->scratch, b->g);
}

static const struct {
    const char *what;
    void (*run)(struct bench *b);
} passes[] = {
    {"two OpenBLAS sgemv passes", two_gemv},
    {"LR gradients, rows as they lie", contiguous},
    {"LR gradients, rows in random order", listed},
    {"LR loss and accuracy", evaluation},
    {"naming the rows of random batches", sampling},
    {"MA-SGD epoch, random batches", ma_sgd_epoch},
};
enum { PASSES = sizeof passes / sizeof *passes };

int main(void)
{
    static struct bench bench;
    double best_s[PASSES];

    math_init();
    bench_init(&bench);
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < PASSES; i++) {
            double begin_s = now_s(), took_s;

            passes[i].run(&bench);
            took_s = now_s() - begin_s;
            if (round == 0 || took_s < best_s[i])
                best_s[i] = took_s;
        }
    printf("%d features, 2 classes, batch %ld, one core, OpenBLAS kernel %s\n", D, (long)B,
           math_core_name());
    for (int i = 0; i < PASSES; i++)
        printf("%-36s %6.1f ns/row  %6.1f M rows/s  speed over sgemv %.2f\n", passes[i].what,
               best_s[i] / (double)N * 1e9, (double)N / best_s[i] * 1e-6,
               best_s[0] / best_s[i]);
    return 0;
}
