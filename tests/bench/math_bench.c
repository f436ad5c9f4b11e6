/* SPDX-License-Identifier: MIT
 * math_bench.c -- how fast the models go through rows on one core, beside two OpenBLAS
 * matrix-vector products over the same data, which is the least that BLAS could do a linear
 * model with.  sklearn_bench.py sets scikit-learn beside them.
 *
 * Best of several rounds in turn, so that a busy machine spoils all alike.  Ratios count. */
#include <cblas.h>
#include <time.h>

#include "algorithms/math/blas.h"
#include "algorithms/optimizer/optimizer.h"
#include "tests/test.h"
#include "traces/dataset/data.h"

enum { D = 28, ROUNDS = 15, FEW_CLUSTERS = 10, MANY_CLUSTERS = 1000, SPARSE_ROWS = 50000 };
#define N        INT64_C(1100000)
#define FEW_ROWS INT64_C(110000)
#define B        INT64_C(10000)

/* Of one CPU: what others do on it does not count. */
static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A model on rows, and room for what it works with. */
struct bound {
    struct model model;
    struct scratch scratch;
    float *w, *out; /* out: gradient or statistics */
};

struct bench {
    struct matrix matrix, sparse;
    struct data news;
    float *x, *z;
    int32_t *y;
    uint32_t *listed;
    struct lr_conf lr_conf;
    struct svm_conf svm_conf;
    struct kmeans_conf few_conf, many_conf;
    struct ma_sgd_conf ma;
    struct bound lr, svm, few, many, news_lr;
    struct optimizer optimizer;
    struct score score;
};

static void bind(struct bound *bound, const char *kind, void *conf, const struct matrix *matrix)
{
    struct model *model = &bound->model;
    int64_t out, rows = matrix->x ? B : 2000;

    model_init(model, &(struct choice){.kind = family_find(&model_family, kind), .conf = conf},
               matrix, NULL);
    out = model->kind->expectation ? model->kind->expectation->statistics_floats(model)
                                   : model->parameters;
    scratch_init(&bound->scratch, model->kind->scratch_floats(model, rows), rows);
    bound->w = calloc((size_t)model->parameters, sizeof *bound->w);
    bound->out = calloc((size_t)out, sizeof *bound->out);
    if (model->kind->start)
        model->kind->start(model, rows_all(matrix), bound->w, NULL);
    else
        model->kind->init(model, 1, bound->w);
}

static void make_rows(struct bench *b)
{
    struct rng rng = rng_at(rng_stream(1, "bench"), 0, 0);
    struct sparse_like_conf conf = {.rows = SPARSE_ROWS, .features = 47236};
    struct data_request request = {.conf = &conf, .seed = 1};

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
    data_open(family_find(&data_family, "rcv1-like"), &request, &b->news, NULL);
    b->sparse = (struct matrix){.rows = SPARSE_ROWS,
                                .features = b->news.train.features,
                                .classes = 2,
                                .row_start = b->news.train.row_start,
                                .column = b->news.train.column,
                                .value = b->news.train.value,
                                .y = b->news.train.y};
}

static void bench_init(struct bench *b)
{
    make_rows(b);
    b->few_conf.clusters = FEW_CLUSTERS;
    b->many_conf.clusters = MANY_CLUSTERS;
    b->ma = (struct ma_sgd_conf){.learning_rate = 0.1, .batch_size = B, .local_epochs = 1};
    bind(&b->lr, "lr", &b->lr_conf, &b->matrix);
    bind(&b->svm, "svm", &b->svm_conf, &b->matrix);
    bind(&b->few, "kmeans", &b->few_conf, &b->matrix);
    bind(&b->many, "kmeans", &b->many_conf, &b->matrix);
    bind(&b->news_lr, "lr", &b->lr_conf, &b->sparse);
    b->optimizer = optimizer_of(
        &(struct choice){.kind = family_find(&optimizer_family, "ma_sgd"), .conf = &b->ma},
        &b->lr.model);
    b->z = calloc((size_t)B, sizeof *b->z);
}

static void two_gemv(struct bench *b)
{
    for (int64_t at = 0; at < N; at += B) {
        cblas_sgemv(CblasRowMajor, CblasNoTrans, (int)B, D, 1, b->x + at * D, D, b->lr.w, 1, 0,
                    b->z, 1);
        cblas_sgemv(CblasRowMajor, CblasTrans, (int)B, D, 1, b->x + at * D, D, b->z, 1, 0,
                    b->lr.out, 1);
    }
}

static void gradients(struct bound *bound, struct rows rows)
{
    for (int64_t at = 0; at < N; at += B)
        bound->model.kind->gradient(&bound->model, bound->w, rows_slice(rows, at, B),
                                    bound->scratch.number, bound->out, NULL);
}

static void lr_contiguous(struct bench *b)
{
    gradients(&b->lr, rows_all(&b->matrix));
}

static struct rows in_random_order(const struct bench *b)
{
    return (struct rows){.matrix = &b->matrix, .index = b->listed, .count = N};
}

static void lr_listed(struct bench *b)
{
    gradients(&b->lr, in_random_order(b));
}

static void svm_contiguous(struct bench *b)
{
    gradients(&b->svm, rows_all(&b->matrix));
}

static void svm_listed(struct bench *b)
{
    gradients(&b->svm, in_random_order(b));
}

static void evaluation(struct bench *b)
{
    b->lr.model.kind->evaluate(&b->lr.model, b->lr.w, rows_all(&b->matrix),
                               b->lr.scratch.number, &b->score);
}

static void sampling(struct bench *b)
{
    struct sampler sampler;

    sampler_init(&sampler, rows_all(&b->matrix), B, 0, 1, 0);
    for (int64_t step = 0; step < sampler.steps_per_epoch; step++)
        sampler_rows(&sampler, step, b->lr.scratch.index);
}

static void ma_sgd_epoch(struct bench *b)
{
    struct sampler sampler;

    sampler_init(&sampler, rows_all(&b->matrix), B, 0, 1, 0);
    b->optimizer.kind->contribute(&b->optimizer, b->lr.w, NULL, &sampler, 0, &b->lr.scratch,
                                  b->lr.out);
}

static void lloyd(struct bound *bound, struct rows rows)
{
    bound->model.kind->expectation->statistics(&bound->model, bound->w, rows,
                                               bound->scratch.number, bound->out);
}

static void lloyd_few(struct bench *b)
{
    lloyd(&b->few, rows_all(&b->matrix));
}

static void lloyd_few_listed(struct bench *b)
{
    lloyd(&b->few, in_random_order(b));
}

static void lloyd_many(struct bench *b)
{
    lloyd(&b->many, rows_slice(rows_all(&b->matrix), 0, FEW_ROWS));
}

static void inertia_few(struct bench *b)
{
    b->few.model.kind->evaluate(&b->few.model, b->few.w, rows_all(&b->matrix),
                                b->few.scratch.number, &b->score);
}

static void news_epoch(struct bench *b)
{
    for (int64_t at = 0; at < SPARSE_ROWS; at += 2000)
        b->news_lr.model.kind->descend(&b->news_lr.model, b->news_lr.w,
                                       rows_slice(rows_all(&b->sparse), at, 2000),
                                       b->news_lr.scratch.number, 0.1f);
}

static const struct {
    const char *what;
    void (*run)(struct bench *b);
    int64_t rows;
} passes[] = {
    {"two OpenBLAS sgemv passes", two_gemv, N},
    {"LR gradients, rows as they lie", lr_contiguous, N},
    {"LR gradients, rows in random order", lr_listed, N},
    {"LR loss and accuracy", evaluation, N},
    {"SVM gradients, rows as they lie", svm_contiguous, N},
    {"SVM gradients, rows in random order", svm_listed, N},
    {"naming the rows of random batches", sampling, N},
    {"MA-SGD epoch of LR, random batches", ma_sgd_epoch, N},
    {"Lloyd step, k = 10, rows as they lie", lloyd_few, N},
    {"Lloyd step, k = 10, random order", lloyd_few_listed, N},
    {"inertia, k = 10", inertia_few, N},
    {"Lloyd step, k = 1000", lloyd_many, FEW_ROWS},
    {"LR descent, 75 non-zeros a row", news_epoch, SPARSE_ROWS},
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
        printf("%-38s %7.1f ns/row  %7.2f M rows/s  speed over sgemv %.2f\n", passes[i].what,
               best_s[i] / (double)passes[i].rows * 1e9,
               (double)passes[i].rows / best_s[i] * 1e-6,
               best_s[0] / N / (best_s[i] / (double)passes[i].rows));
    return 0;
}
