/* SPDX-License-Identifier: MIT
 * interval.c -- see interval.h. */
#include "sim/answer/interval.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

double interval_student(double freedom)
{
    return freedom > 0 ? gsl_cdf_tdist_Pinv(0.975, freedom) : NAN;
}

struct interval interval_of_mean(const double *x, size_t n)
{
    struct interval interval = {.count = n, .mean = NAN, .half = NAN, .freedom = NAN};

    if (n > 0)
        interval.mean = gsl_stats_mean(x, 1, n);
    if (n > 1) {
        interval.freedom = (double)(n - 1);
        interval.half = interval_student(interval.freedom) *
                        gsl_stats_sd_m(x, 1, n, interval.mean) / sqrt((double)n);
    }
    return interval;
}

struct interval interval_of_difference(const double *a, size_t n_a, const double *b, size_t n_b)
{
    struct interval interval = {
        .count = n_a < n_b ? n_a : n_b, .mean = NAN, .half = NAN, .freedom = NAN};
    double error_a, error_b; /* squared, of the mean */

    if (interval.count > 0)
        interval.mean = gsl_stats_mean(b, 1, n_b) - gsl_stats_mean(a, 1, n_a);
    if (interval.count < 2)
        return interval;
    error_a = gsl_stats_variance(a, 1, n_a) / (double)n_a;
    error_b = gsl_stats_variance(b, 1, n_b) / (double)n_b;
    if (error_a + error_b == 0) { /* all alike */
        interval.freedom = (double)(n_a + n_b - 2);
        interval.half = 0;
        return interval;
    }
    interval.freedom =
        (error_a + error_b) * (error_a + error_b) /
        (error_a * error_a / (double)(n_a - 1) + error_b * error_b / (double)(n_b - 1));
    interval.half = interval_student(interval.freedom) * sqrt(error_a + error_b);
    return interval;
}

struct interval interval_of_pairs(const double *a, const double *b, size_t n)
{
    double *difference = NEW_ARRAY(double, n + 1);
    struct interval interval;

    for (size_t i = 0; i < n; i++)
        difference[i] = b[i] - a[i];
    interval = interval_of_mean(difference, n);
    free(difference);
    return interval;
}
