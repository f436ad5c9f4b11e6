/* SPDX-License-Identifier: MIT
 * statistics.h -- what is estimated from measurements, and how.  The only user of GSL.
 *
 * Robust throughout: a measurement that was disturbed (a retry, a pause of the machine) must
 * not bend a line or a time. */
#ifndef TRAINCAST_SIM_ANSWER_STATISTICS_H
#define TRAINCAST_SIM_ANSWER_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>

/* Of n > 0 numbers in any order; p in [0, 1], interpolated between neighbours. */
double statistics_quantile(const double *x, size_t n, double p);
double statistics_median(const double *x, size_t n);
/* Standard deviation of n >= 2 numbers. */
double statistics_deviation(const double *x, size_t n);

/* Where a standard normal variable is below with probability p: 2.326 for 0.99. */
double statistics_normal(double p);

/* Slope of y over x by Theil and Sen: the median of the slopes between all pairs of points with
 * different x, and its interval of 95 % confidence (P. K. Sen, J. Am. Stat. Assoc. 63, 1968).
 * Exact for points on a line, unbiased however skewed the spread of y is as long as it does not
 * depend on x, and up to 29 % of the points may be anything.  NaN when all x are equal.  Of
 * more than SLOPE_POINTS points so many are taken, evenly in the order of x. */
enum { SLOPE_POINTS = 2000 };
struct slope {
    double value, low, high;
};
struct slope statistics_slope(const double *x, const double *y, size_t n);

/* y ~ sum of coefficient[j] * x[i * columns + j], all coefficients >= 0, least squares of
 * *relative* residuals: the error of a measured time grows with it, and the short ones decide
 * about what a call costs.  Non-negative least squares, exactly: of all sets of columns the one
 * whose plain solution is non-negative and fits best.  Then, where there are enough points,
 * once more over those columns with disturbed points weighed down (Tukey's biweight, by
 * gsl_multifit_robust).  y > 0, n > columns, columns <= 8.  deviation: the standard error of
 * each coefficient.  False when columns cannot be told apart (they are proportional to one
 * another, or nothing but 0). */
bool statistics_nonnegative(const double *x, const double *y, size_t n, size_t columns,
                            double *coefficient, double *deviation);

/* How far fitted numbers are from measured ones (> 0). */
struct residuals {
    size_t count;
    double rmse;                                        /* in the unit of y */
    double median_relative, p99_relative, max_relative; /* of |fitted / measured - 1| */
    size_t worst;                                       /* the index of the largest */
};
struct residuals statistics_residuals(const double *measured, const double *fitted, size_t n);

#endif
