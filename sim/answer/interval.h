/* SPDX-License-Identifier: MIT
 * interval.h -- means of replications and their differences, with how sure one can be of them.
 *
 * Intervals of 95 % confidence after Student; of two groups after Welch, who does not take
 * their spreads for equal (B. L. Welch, Biometrika 34, 1947), with the degrees of freedom of
 * Satterthwaite; of pairs after Student over the differences.  They hold for means that are
 * normally distributed, which five or more replications usually are near enough. */
#ifndef TRAINCAST_SIM_ANSWER_INTERVAL_H
#define TRAINCAST_SIM_ANSWER_INTERVAL_H

#include <stddef.h>

enum { REPLICATIONS_ENOUGH = 5 };

struct interval {
    size_t count;
    double mean;
    double half;    /* mean - half .. mean + half; NaN: fewer than two numbers say nothing */
    double freedom; /* degrees of */
};

struct interval interval_of_mean(const double *x, size_t n);
/* Of mean(b) - mean(a); count is the smaller of both. */
struct interval interval_of_difference(const double *a, size_t n_a, const double *b,
                                       size_t n_b);
/* Of the mean of b[i] - a[i]. */
struct interval interval_of_pairs(const double *a, const double *b, size_t n);

/* How many standard errors an interval of 95 % reaches to each side; NaN below one. */
double interval_student(double freedom);

#endif
