/* SPDX-License-Identifier: MIT
 * elementwise.h -- number by number: sums, cuts, and their ways back.  Any count. */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_KERNEL_ELEMENTWISE_H
#define TRAINCAST_ALGORITHMS_NETWORK_KERNEL_ELEMENTWISE_H

#include "algorithms/network/kernel/lanes.h"

/* y = a + b (b NULL: a), not below 0 nor above ceiling where that is not NAN.  y may be a. */
/* kernels->add_and_cut(count, a, b, ceiling, y) */

/* dx (+)= dy where 0 < y < ceiling, else 0; all of dy with ceiling NAN.  dx may be dy. */
/* kernels->pass_back(count, y, ceiling, dy, add, dx) */

/* y (+)= a b. */
/* kernels->multiply(count, a, b, add, y) */

#endif
