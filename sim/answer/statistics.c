/* SPDX-License-Identifier: MIT
 * statistics.c -- see statistics.h. */
#include "sim/answer/statistics.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit.h>
#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* -- one number out of many -----------------------------------------------------------------
 */

double statistics_quantile(const double *x, size_t n, double p)
{
    double *sorted = NEW_ARRAY(double, n), quantile;

    assert(n > 0);
    memcpy(sorted, x, n * sizeof *x);
    gsl_sort(sorted, 1, n);
    quantile = gsl_stats_quantile_from_sorted_data(sorted, 1, n, p);
    free(sorted);
    return quantile;
}

double statistics_median(const double *x, size_t n)
{
    return statistics_quantile(x, n, 0.5);
}

double statistics_deviation(const double *x, size_t n)
{
    assert(n > 1);
    return gsl_stats_sd(x, 1, n);
}

double statistics_normal(double p)
{
    return gsl_cdf_ugaussian_Pinv(p);
}

/* -- a slope --------------------------------------------------------------------------------
 */

/* Points whose x is the same say nothing about the slope. */
static double kendall_deviation(const double *x, const size_t *order, size_t n)
{
    double sum = (double)n * (double)(n - 1) * (double)(2 * n + 5);

    for (size_t i = 0, end; i < n; i = end) {
        double tied;

        for (end = i + 1; end < n && x[order[end]] == x[order[i]];)
            end++;
        tied = (double)(end - i);
        sum -= tied * (tied - 1) * (2 * tied + 5);
    }
    return sqrt(sum / 18);
}

static double sorted_at(const double *sorted, size_t n, double rank)
{
    return sorted[(size_t)fmin(fmax(rank, 0), (double)n - 1)];
}

struct slope statistics_slope(const double *x, const double *y, size_t n)
{
    size_t *order = NEW_ARRAY(size_t, n), taken = n < SLOPE_POINTS ? n : SLOPE_POINTS,
           count = 0;
    struct slope result = {NAN, NAN, NAN};
    double *slope;

    gsl_sort_index(order, x, 1, n);
    for (size_t i = 0; i < taken; i++) /* in place: i <= i * n / taken */
        order[i] = order[i * n / taken];
    slope = NEW_ARRAY(double, taken *(taken - 1) / 2);
    for (size_t i = 0; i < taken; i++)
        for (size_t j = i + 1; j < taken; j++) {
            double run = x[order[j]] - x[order[i]];

            if (run > 0)
                slope[count++] = (y[order[j]] - y[order[i]]) / run;
        }
    if (count > 0) {
        double margin = 1.96 * kendall_deviation(x, order, taken);

        gsl_sort(slope, 1, count);
        result.value = gsl_stats_median_from_sorted_data(slope, 1, count);
        result.low = sorted_at(slope, count, floor(((double)count - margin) / 2));
        result.high = sorted_at(slope, count, ceil(((double)count + margin) / 2));
    }
    free(slope);
    free(order);
    return result;
}

/* -- non-negative least squares -------------------------------------------------------------
 */

enum { COLUMNS_MOST = 8 };

/* Columns of the system, each divided by its largest entry, rows by y: relative residuals. */
struct system {
    const double *x, *y;
    size_t n, columns;
    double scale[COLUMNS_MOST];
};

struct solution {
    unsigned set; /* bit j: column j is in it */
    double coefficient[COLUMNS_MOST], deviation[COLUMNS_MOST], squares;
};

static gsl_matrix *matrix_of(const struct system *system, unsigned set)
{
    size_t k = (size_t)__builtin_popcount(set), column = 0;
    gsl_matrix *matrix = gsl_matrix_alloc(system->n, k);

    for (size_t j = 0; j < system->columns; j++) {
        if (!(set >> j & 1))
            continue;
        for (size_t i = 0; i < system->n; i++)
            gsl_matrix_set(matrix, i, column,
                           system->x[i * system->columns + j] / system->scale[j] /
                               system->y[i]);
        column++;
    }
    return matrix;
}

/* Back from the set's columns to all of them; what is not in it is 0. */
static void spread(const struct system *system, const gsl_vector *found,
                   const gsl_matrix *covariance, struct solution *out)
{
    size_t column = 0;

    for (size_t j = 0; j < system->columns; j++) {
        out->coefficient[j] = out->deviation[j] = 0;
        if (!(out->set >> j & 1))
            continue;
        out->coefficient[j] = gsl_vector_get(found, column) / system->scale[j];
        out->deviation[j] = sqrt(gsl_matrix_get(covariance, column, column)) / system->scale[j];
        column++;
    }
}

/* Plain least squares over the columns of the set; false when they depend on one another. */
static bool solve(const struct system *system, unsigned set, bool robust, struct solution *out)
{
    size_t k = (size_t)__builtin_popcount(set);
    gsl_matrix *x = matrix_of(system, set), *covariance = gsl_matrix_alloc(k, k);
    gsl_vector *y = gsl_vector_alloc(system->n), *found = gsl_vector_alloc(k);
    bool ok;

    gsl_vector_set_all(y, 1);
    out->set = set;
    if (robust) {
        gsl_multifit_robust_workspace *work =
            gsl_multifit_robust_alloc(gsl_multifit_robust_bisquare, system->n, k);

        ok = gsl_multifit_robust(x, y, found, covariance, work) == GSL_SUCCESS;
        gsl_multifit_robust_free(work);
    } else {
        gsl_multifit_linear_workspace *work = gsl_multifit_linear_alloc(system->n, k);
        size_t rank;

        ok = gsl_multifit_linear_tsvd(x, y, 1e-9, found, covariance, &out->squares, &rank,
                                      work) == GSL_SUCCESS &&
             rank == k;
        gsl_multifit_linear_free(work);
    }
    spread(system, found, covariance, out);
    gsl_vector_free(found);
    gsl_vector_free(y);
    gsl_matrix_free(covariance);
    gsl_matrix_free(x);
    return ok;
}

static bool is_nonnegative(const struct system *system, const struct solution *solution)
{
    for (size_t j = 0; j < system->columns; j++)
        if (!(solution->coefficient[j] >= 0))
            return false;
    return true;
}

static bool set_scales(struct system *system)
{
    for (size_t j = 0; j < system->columns; j++) {
        for (size_t i = 0; i < system->n; i++)
            system->scale[j] =
                fmax(system->scale[j], fabs(system->x[i * system->columns + j]) / system->y[i]);
        if (!(system->scale[j] > 0))
            return false;
    }
    return true;
}

/* Where every point lies on the solution, the robust fit has no scale to work with. */
static bool is_exact(const struct system *system, const struct solution *solution)
{
    return sqrt(solution->squares / (double)system->n) < 1e-9;
}

bool statistics_nonnegative(const double *x, const double *y, size_t n, size_t columns,
                            double *coefficient, double *deviation)
{
    struct system system = {.x = x, .y = y, .n = n, .columns = columns};
    struct solution best = {.squares = INFINITY}, now;
    gsl_error_handler_t *before = gsl_set_error_handler_off();
    unsigned all = (1U << columns) - 1;
    bool ok;

    assert(columns > 0 && columns <= COLUMNS_MOST && n > columns);
    ok = set_scales(&system) && solve(&system, all, false, &now);
    for (unsigned set = all; ok && set > 0; set--)
        if (solve(&system, set, false, &now) && now.squares < best.squares &&
            is_nonnegative(&system, &now))
            best = now;
    ok = ok && best.set; /* y > 0 and x >= 0: one column alone always has a solution */
    if (ok && !is_exact(&system, &best) && solve(&system, best.set, true, &now) &&
        is_nonnegative(&system, &now))
        best = now;
    gsl_set_error_handler(before);
    if (ok) {
        memcpy(coefficient, best.coefficient, columns * sizeof *coefficient);
        memcpy(deviation, best.deviation, columns * sizeof *deviation);
    }
    return ok;
}

/* -- residuals ------------------------------------------------------------------------------
 */

struct residuals statistics_residuals(const double *measured, const double *fitted, size_t n)
{
    struct residuals residuals = {.count = n};
    double *relative = NEW_ARRAY(double, n), squares = 0;

    for (size_t i = 0; i < n; i++) {
        double difference = fitted[i] - measured[i];

        squares += difference * difference;
        relative[i] = fabs(difference) / measured[i];
        if (relative[i] > relative[residuals.worst])
            residuals.worst = i;
    }
    residuals.rmse = sqrt(squares / (double)n);
    residuals.median_relative = statistics_median(relative, n);
    residuals.p99_relative = statistics_quantile(relative, n, 0.99);
    residuals.max_relative = relative[residuals.worst];
    free(relative);
    return residuals;
}
