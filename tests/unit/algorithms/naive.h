/* SPDX-License-Identifier: MIT
 * naive.h -- plain twins of the kernels, in double and in the most obvious way, and random data
 * to compare them on. */
#ifndef TRAINCAST_TESTS_UNIT_ALGORITHMS_NAIVE_H
#define TRAINCAST_TESTS_UNIT_ALGORITHMS_NAIVE_H

#include "algorithms/math/matrix.h"
#include "base/rng.h"
#include "tests/test.h"

/* A matrix that owns its arrays, and a list of `count` of its rows in random order. */
struct sample {
    struct matrix matrix;
    float *x, *value;
    int64_t *row_start;
    int32_t *column, *y;
    uint32_t *index;
};

static inline float *naive_floats(struct rng *rng, int64_t count, double size)
{
    float *x = aligned_alloc(64, ((size_t)count * sizeof *x + 127) / 64 * 64);

    for (int64_t i = 0; i < count; i++)
        x[i] = (float)((2 * rng_uniform(rng) - 1) * size);
    return x;
}

static inline void sample_cut_columns(struct sample *sample, struct rng *rng, double density)
{
    int64_t rows = sample->matrix.rows, features = sample->matrix.features, used = 0;

    sample->row_start = calloc((size_t)rows + 1, sizeof *sample->row_start);
    sample->column = calloc((size_t)(rows * features) + 1, sizeof *sample->column);
    sample->value = calloc((size_t)(rows * features) + 1, sizeof *sample->value);
    for (int64_t r = 0; r < rows; r++) {
        for (int64_t d = 0; d < features; d++)
            if (rng_uniform(rng) < density) {
                sample->column[used] = (int32_t)d;
                sample->value[used++] = sample->x[r * features + d];
            } else {
                sample->x[r * features + d] = 0;
            }
        sample->row_start[r + 1] = used;
    }
}

/* density < 1: sparse, and sample.x holds the same rows densely. */
static inline struct sample sample_new(uint64_t seed, int64_t rows, int32_t features,
                                       int32_t classes, double density)
{
    struct rng rng = rng_at(rng_stream(seed, "test.sample"), 0, 0);
    struct sample sample = {.matrix = {.rows = rows, .features = features, .classes = classes}};

    sample.x = naive_floats(&rng, rows * features, 2);
    if (density < 1)
        sample_cut_columns(&sample, &rng, density);
    sample.y = calloc((size_t)rows, sizeof *sample.y);
    sample.index = calloc((size_t)rows, sizeof *sample.index);
    for (int64_t i = 0; i < rows; i++) {
        sample.y[i] = (int32_t)rng_below(&rng, (uint64_t)classes);
        sample.index[i] = (uint32_t)i;
    }
    rng_shuffle(&rng, sample.index, (size_t)rows);
    sample.matrix.x = density < 1 ? NULL : sample.x;
    sample.matrix.row_start = sample.row_start;
    sample.matrix.column = sample.column;
    sample.matrix.value = sample.value;
    sample.matrix.y = sample.y;
    return sample;
}

static inline void sample_done(struct sample *sample)
{
    free(sample->x);
    free(sample->value);
    free(sample->row_start);
    free(sample->column);
    free(sample->y);
    free(sample->index);
}

/* Rows [from, from + count) as they lie, or so many of the random list. */
static inline struct rows sample_rows(const struct sample *sample, bool listed, int64_t from,
                                      int64_t count)
{
    struct rows rows = rows_all(&sample->matrix);

    if (listed)
        rows.index = sample->index;
    return rows_slice(rows, from, count);
}

static inline double naive_x(const struct matrix *matrix, int64_t row, int32_t d)
{
    if (matrix->x)
        return matrix->x[row * matrix->features + d];
    for (int64_t i = matrix->row_start[row]; i < matrix->row_start[row + 1]; i++)
        if (matrix->column[i] == d)
            return matrix->value[i];
    return 0;
}

/* w: double[D + 1][K], the last row the biases. */
static inline double naive_output(const struct matrix *matrix, int64_t row, const double *w,
                                  int32_t k)
{
    int32_t classes = matrix->classes;
    double sum = w[(int64_t)matrix->features * classes + k];

    for (int32_t d = 0; d < matrix->features; d++)
        sum += naive_x(matrix, row, d) * w[(int64_t)d * classes + k];
    return sum;
}

static inline double naive_log_sum_exp(const double *z, int32_t classes)
{
    double largest = z[0], sum = 0;

    for (int32_t k = 1; k < classes; k++)
        largest = fmax(largest, z[k]);
    for (int32_t k = 0; k < classes; k++)
        sum += exp(z[k] - largest);
    return largest + log(sum);
}

/* Mean cross-entropy + l2/2 ||w without biases||^2. */
static inline double naive_lr_objective(struct rows rows, const double *w, double l2)
{
    const struct matrix *matrix = rows.matrix;
    double loss = 0, penalty = 0, z[64];

    for (int64_t i = 0; i < rows.count; i++) {
        int64_t row = rows_at(rows, i);

        for (int32_t k = 0; k < matrix->classes; k++)
            z[k] = naive_output(matrix, row, w, k);
        loss += naive_log_sum_exp(z, matrix->classes) - z[matrix->y[row]];
    }
    for (int64_t i = 0; i < (int64_t)matrix->features * matrix->classes; i++)
        penalty += w[i] * w[i];
    return loss / (double)rows.count + l2 / 2 * penalty;
}

static inline void naive_lr_gradient(struct rows rows, const double *w, double l2,
                                     double *gradient)
{
    const struct matrix *matrix = rows.matrix;
    int64_t weights = (int64_t)matrix->features * matrix->classes;
    double z[64];

    for (int64_t i = 0; i < weights + matrix->classes; i++)
        gradient[i] = i < weights ? l2 * w[i] : 0;
    for (int64_t i = 0; i < rows.count; i++) {
        int64_t row = rows_at(rows, i);
        double log_sum;

        for (int32_t k = 0; k < matrix->classes; k++)
            z[k] = naive_output(matrix, row, w, k);
        log_sum = naive_log_sum_exp(z, matrix->classes);
        for (int32_t k = 0; k < matrix->classes; k++) {
            double residual =
                (exp(z[k] - log_sum) - (matrix->y[row] == k)) / (double)rows.count;

            for (int32_t d = 0; d < matrix->features; d++)
                gradient[(int64_t)d * matrix->classes + k] +=
                    residual * naive_x(matrix, row, d);
            gradient[weights + k] += residual;
        }
    }
}

/* l1 ||w||_1 + l2/2 ||w||^2 over the first `count` parameters, and its slope added. */
static inline double naive_penalty(const double *w, int64_t count, double l1, double l2)
{
    double sum = 0;

    for (int64_t i = 0; i < count; i++)
        sum += l1 * fabs(w[i]) + l2 / 2 * w[i] * w[i];
    return sum;
}

static inline void naive_add_penalty_slope(const double *w, int64_t count, double l1, double l2,
                                           double *gradient)
{
    for (int64_t i = 0; i < count; i++)
        gradient[i] += l2 * w[i] + (w[i] > 0 ? l1 : w[i] < 0 ? -l1 : 0);
}

/* Mean hinge loss of two classes, and its gradient. */
static inline double naive_hinge(struct rows rows, const double *w)
{
    double loss = 0;

    for (int64_t i = 0; i < rows.count; i++) {
        int64_t row = rows_at(rows, i);
        double d = naive_output(rows.matrix, row, w, 1) - naive_output(rows.matrix, row, w, 0);

        loss += fmax(0, 1 - (rows.matrix->y[row] ? d : -d));
    }
    return loss / (double)rows.count;
}

static inline void naive_hinge_gradient(struct rows rows, const double *w, double *gradient)
{
    int64_t features = rows.matrix->features;

    for (int64_t i = 0; i < 2 * (features + 1); i++)
        gradient[i] = 0;
    for (int64_t i = 0; i < rows.count; i++) {
        int64_t row = rows_at(rows, i);
        double s = rows.matrix->y[row] ? 1 : -1, share = s / (double)rows.count;
        double d = naive_output(rows.matrix, row, w, 1) - naive_output(rows.matrix, row, w, 0);

        if (1 - s * d <= 0)
            continue;
        for (int64_t f = 0; f <= features; f++) {
            double x = f == features ? 1 : naive_x(rows.matrix, row, (int32_t)f);

            gradient[2 * f] += share * x;
            gradient[2 * f + 1] -= share * x;
        }
    }
}

static inline double *naive_doubles(const float *x, int64_t count)
{
    double *copy = calloc((size_t)count, sizeof *copy);

    for (int64_t i = 0; i < count; i++)
        copy[i] = x[i];
    return copy;
}

/* |actual - expected| <= tolerance for all, compared with the largest expected. */
static inline void assert_all_close(const float *actual, const double *expected, int64_t count,
                                    double tolerance)
{
    double largest = 0;

    for (int64_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(expected[i]));
    for (int64_t i = 0; i < count; i++)
        if (!(fabs(actual[i] - expected[i]) <= tolerance * largest)) {
            print_error("entry %ld of %ld: %.9g, expected %.9g, largest %.9g\n", (long)i,
                        (long)count, (double)actual[i], expected[i], largest);
            fail();
        }
}

#endif
