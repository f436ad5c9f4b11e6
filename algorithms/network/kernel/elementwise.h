/* SPDX-License-Identifier: MIT
 * elementwise.h -- number by number: sums, cuts, and their ways back.  Any count. */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_KERNEL_ELEMENTWISE_H
#define TRAINCAST_ALGORITHMS_NETWORK_KERNEL_ELEMENTWISE_H

#include "algorithms/network/kernel/lanes.h"

/* y = a + b (b NULL: a), not below 0 nor above ceiling where that is not NAN.  y may be a. */
void add_and_cut(enum level level, int64_t count, const real *a, const real *b, real ceiling,
                 real *y);

/* dx (+)= dy where 0 < y < ceiling, else 0; all of dy with ceiling NAN.  dx may be dy. */
void pass_back(enum level level, int64_t count, const real *y, real ceiling, const real *dy,
               bool add, real *dx);

/* y (+)= a b. */
void multiply(enum level level, int64_t count, const real *a, const real *b, bool add, real *y);

#endif
