/* SPDX-License-Identifier: MIT
 * kmeans.c -- k-means: K centroids, each row belongs to the nearest; the loss is its squared
 * distance.  Learnt by Lloyd's steps (optimizer em), not by gradients; labels are ignored.
 *
 * Parameters are float[D][K], feature by feature: K here are the clusters, whatever classes the
 * data have.  The first centroids are the first K rows of the first worker, as in LambdaML's
 * released code; a cluster that no row belongs to stays where it is. */
#include <math.h>
#include <string.h>

#include "algorithms/math/nearest.h"
#include "algorithms/math/sparse.h"
#include "algorithms/model/carve.h"
#include "algorithms/model/model.h"

static const struct field fields[] = {
    CONF(struct kmeans_conf, clusters, .min = 1, .max = 1000000, .doc = "How many clusters."),
    CONF_END,
};

static int32_t clusters_of(const struct model *model)
{
    return (int32_t)((const struct kmeans_conf *)model->conf)->clusters;
}

static int64_t kmeans_parameters(const void *conf, int32_t features, int32_t classes,
                                 struct err *err)
{
    (void)classes;
    if (features >= 1)
        return features * ((const struct kmeans_conf *)conf)->clusters;
    err_set(err, "model 'kmeans' needs at least one feature, the data have none");
    return -1;
}

static void kmeans_init(const struct model *model, uint64_t seed, float *w)
{
    (void)seed;
    memset(w, 0, sizeof *w * (size_t)model->parameters);
}

static bool kmeans_start(const struct model *model, struct rows rows, float *w, struct err *err)
{
    const struct matrix *matrix = rows.matrix;
    int64_t K = clusters_of(model), D = model->features;

    if (rows.count < K)
        return err_set(
            err,
            "the first centroids are the first rows of worker 0, which has %lld rows "
            "to train on, but there are %lld clusters",
            (long long)rows.count, (long long)K);
    memset(w, 0, sizeof *w * (size_t)model->parameters);
    for (int64_t j = 0; j < K; j++) {
        int64_t row = rows_at(rows, j);

        if (!matrix_is_sparse(matrix))
            for (int64_t d = 0; d < D; d++)
                w[d * K + j] = matrix->x[row * D + d];
        else
            for (int64_t i = matrix->row_start[row]; i < matrix->row_start[row + 1]; i++)
                w[matrix->column[i] * K + j] = matrix->value[i];
    }
    return true;
}

/* -- going through rows -- */
struct assignment {
    const struct model *model;
    const float *w;
    struct rows rows;
    int32_t clusters;
    struct dense_block block; /* the rows in work, when they are dense */
    /* in scratch */
    float *room, *packed, *lanes; /* dense */
    float *half, *score;          /* sparse */
    float *point;                 /* dense: float[K][D], for distances */
    double *square;               /* sparse: double[K], for distances */
    double *sum;                  /* dense: double[K][packed D]; sparse: double[D][K] */
    double *count;                /* double[K] */
    int32_t nearest[BLOCK_ROWS];
};

static int64_t sums_of(const struct model *model)
{
    int64_t K = clusters_of(model);

    return K * (model->sparse ? model->features : dense_packed_floats(model->features));
}

static int64_t place(struct assignment *a, const struct model *model, float *scratch)
{
    const int64_t doubles = sizeof(double) / sizeof(float);
    int64_t dense = model->sparse ? 0 : 1, sparse = 1 - dense;
    int32_t K = clusters_of(model), D = model->features;
    struct carver carver = {.base = scratch};

    a->room = carve(&carver, dense * BLOCK_ROWS * dense_stride(D));
    a->packed = carve(&carver, dense * nearest_packed_floats(D, K));
    a->lanes = carve(&carver, dense * nearest_lanes_floats(D));
    a->point = carve(&carver, dense * D * K);
    a->half = carve(&carver, sparse * K);
    a->score = carve(&carver, sparse * K);
    a->square = carve(&carver, sparse * doubles * K);
    a->sum = carve(&carver, doubles * sums_of(model));
    a->count = carve(&carver, doubles * K);
    return carver.used;
}

static int64_t kmeans_scratch_floats(const struct model *model, int64_t rows)
{
    struct assignment a;

    (void)rows;
    return place(&a, model, NULL);
}

static void begin(struct assignment *a, const struct model *model, const float *w,
                  struct rows rows, float *scratch)
{
    a->model = model;
    a->w = w;
    a->rows = rows;
    a->clusters = clusters_of(model);
    place(a, model, scratch);
    if (model->sparse)
        nearest_halves(w, model->features, a->clusters, a->half);
    else
        nearest_pack(w, model->features, a->clusters, a->packed);
}

/* Fills nearest for the block that starts at `from`; returns its rows. */
static int64_t assign(struct assignment *a, int64_t from)
{
    int64_t count = a->rows.count - from < BLOCK_ROWS ? a->rows.count - from : BLOCK_ROWS;

    if (a->model->sparse) {
        nearest_find_sparse(&a->rows, from, count, a->w, a->half, a->clusters, a->score,
                            a->nearest);
        return count;
    }
    a->block = dense_block(&a->rows, from, count, a->room);
    nearest_find(&a->block, a->packed, a->clusters, a->lanes, a->nearest);
    return count;
}

/* -- Lloyd's step -- */
static int64_t kmeans_statistics_floats(const struct model *model)
{
    return model->parameters + clusters_of(model);
}

/* Sums of the clusters' rows, float[D][K], and their numbers, float[K]. */
static void kmeans_statistics(const struct model *model, const float *w, struct rows rows,
                              float *scratch, float *statistics)
{
    int64_t K = clusters_of(model), D = model->features,
            packed = dense_packed_floats((int32_t)D);
    struct assignment a;

    begin(&a, model, w, rows, scratch);
    memset(a.sum, 0, sizeof *a.sum * (size_t)sums_of(model));
    memset(a.count, 0, sizeof *a.count * (size_t)K);
    for (int64_t from = 0, count; from < rows.count; from += count) {
        count = assign(&a, from);
        if (model->sparse)
            nearest_add_sparse(&rows, from, count, a.nearest, a.clusters, a.sum);
        else
            nearest_add(&a.block, a.nearest, a.sum);
        for (int64_t i = 0; i < count; i++)
            a.count[a.nearest[i]]++;
    }
    for (int64_t d = 0; d < D; d++) {
        int64_t at = model->sparse ? d * K : dense_packed_at((int32_t)D, (int32_t)d);

        for (int64_t j = 0; j < K; j++)
            statistics[d * K + j] = (float)a.sum[model->sparse ? at + j : j * packed + at];
    }
    for (int64_t j = 0; j < K; j++)
        statistics[D * K + j] = (float)a.count[j];
}

/* Which cluster a row belongs to is not known yet. */
static int64_t kmeans_statistics_nonzeros(const struct model *model, const struct touched *rows)
{
    int64_t K = clusters_of(model), by_features = K * rows->features;

    return K + (by_features < rows->numbers ? by_features : rows->numbers);
}

static void kmeans_maximise(const struct model *model, const float *statistics, float *w)
{
    int64_t K = clusters_of(model);
    const float *count = statistics + model->parameters;

    for (int64_t d = 0; d < model->features; d++)
        for (int64_t j = 0; j < K; j++)
            if (count[j] > 0)
                w[d * K + j] = (float)((double)statistics[d * K + j] / count[j]);
}

static double kmeans_shift(const struct model *model, const float *before, const float *after,
                           bool squared)
{
    int64_t K = clusters_of(model);
    double sum = 0;

    for (int64_t j = 0; j < K; j++) {
        double square = 0;

        for (int64_t d = 0; d < model->features; d++) {
            double moved = (double)after[d * K + j] - before[d * K + j];

            square += moved * moved;
        }
        sum += squared ? square : sqrt(square);
    }
    return sum / (double)K;
}

/* -- evaluation -- */
static void fill_points(const struct assignment *a)
{
    int64_t K = a->clusters, D = a->model->features;

    for (int64_t j = 0; j < K; j++) {
        if (a->model->sparse)
            a->square[j] = 0;
        for (int64_t d = 0; d < D; d++) {
            double value = a->w[d * K + j];

            if (a->model->sparse)
                a->square[j] += value * value;
            else
                a->point[j * D + d] = a->w[d * K + j];
        }
    }
}

static void kmeans_evaluate(const struct model *model, const float *w, struct rows rows,
                            float *scratch, struct score *score)
{
    struct assignment a;

    begin(&a, model, w, rows, scratch);
    fill_points(&a);
    for (int64_t from = 0, count; from < rows.count; from += count) {
        count = assign(&a, from);
        if (model->sparse)
            score->loss +=
                nearest_distance_sparse(&rows, from, count, w, a.square, a.clusters, a.nearest);
        else
            score->loss += nearest_distance(&a.block, a.point, model->features, a.nearest);
    }
    score->rows += rows.count;
}

static double kmeans_penalty(const struct model *model, const float *w)
{
    (void)model;
    (void)w;
    return 0;
}

static int64_t kmeans_penalised(const struct model *model)
{
    (void)model;
    return 0;
}

static struct work kmeans_step_work(const struct model *model, int64_t rows, int64_t nonzeros)
{
    double K = clusters_of(model);

    return (struct work){.rows = rows,
                         .nonzeros = nonzeros,
                         .calls = 1,
                         .flops = (2 * K + 1) * (double)nonzeros + K * (double)rows};
}

static struct work kmeans_evaluate_work(const struct model *model, int64_t rows,
                                        int64_t nonzeros)
{
    double K = clusters_of(model);

    return (struct work){.rows = rows,
                         .nonzeros = nonzeros,
                         .calls = 1,
                         .flops = (2 * K + 3) * (double)nonzeros + K * (double)rows};
}

static const struct expectation expectation = {
    .statistics_floats = kmeans_statistics_floats,
    .statistics = kmeans_statistics,
    .statistics_nonzeros = kmeans_statistics_nonzeros,
    .maximise = kmeans_maximise,
    .shift = kmeans_shift,
};

const struct model_kind model_kmeans = {
    .kind = {.name = "kmeans",
             .doc =
                 "k-means: the loss of a row is its squared distance to the nearest centroid; "
                 "labels are ignored, and there is no accuracy.",
             .fields = fields,
             .conf_size = sizeof(struct kmeans_conf)},
    .unlabelled = true,
    .parameters = kmeans_parameters,
    .init = kmeans_init,
    .start = kmeans_start,
    .scratch_floats = kmeans_scratch_floats,
    .expectation = &expectation,
    .evaluate = kmeans_evaluate,
    .penalty = kmeans_penalty,
    .penalised = kmeans_penalised,
    .step_work = kmeans_step_work,
    .evaluate_work = kmeans_evaluate_work,
};
