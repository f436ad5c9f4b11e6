/* SPDX-License-Identifier: MIT
 * rows.h -- the three products of a dense layer: rows of features times a matrix of weights.
 *
 * Weights are read where they lie, [outputs][inputs], each once for many examples: with small
 * batches the memory they come from is the limit, and packing would double it.  Forward, a
 * vector is BLOCK examples (rows are turned over first); backward, BLOCK features. */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_KERNEL_ROWS_H
#define TRAINCAST_ALGORITHMS_NETWORK_KERNEL_ROWS_H

#include "algorithms/network/kernel/kernels.h"

/* x: real[examples][inputs], w: real[outputs][inputs], y: real[examples][outputs]. */
struct rows_product {
    int64_t examples, inputs, outputs;
    const real *x, *w, *bias; /* bias: real[outputs] or NULL */
    real *y;
    const real *dy;
    real *dx, *dw, *dbias;
    bool add;     /* to what is in dx */
    real *turned; /* scratch: rows_scratch() reals */
};
int64_t rows_scratch(int64_t examples, int64_t inputs, int64_t outputs);

/* y = x w^T + bias */
void rows_forward(const struct kernels *kernels, const struct rows_product *p);
/* dx (+)= dy w */
void rows_to_data(const struct kernels *kernels, const struct rows_product *p);
/* dw = dy^T x, dbias = column sums of dy */
void rows_to_weights(const struct kernels *kernels, const struct rows_product *p);

#endif
