/* SPDX-License-Identifier: MIT
 * products.h -- to[i][j] (+)= sum over k of number[k][i] vector[k][j], for matrices as they
 * lie. */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_KERNEL_PRODUCTS_H
#define TRAINCAST_ALGORITHMS_NETWORK_KERNEL_PRODUCTS_H

#include "algorithms/network/kernel/lanes.h"

struct products {
    const real *number;
    int64_t number_i, number_k; /* reals from i to i, from k to k */
    const real *vector;
    int64_t vector_k; /* neighbouring j lie side by side */
    int64_t terms;    /* k */
    real *to;
    int64_t to_i;
    bool add;     /* to what is there */
    int64_t wide; /* for the kernel: reals of the last vector that exist */
};

#endif
