/* SPDX-License-Identifier: MIT
 * kernels.h -- the inner loops, once for each kind of CPU; a network picks one when it is made.
 *
 * avx512 and avx2 give the same bits, whichever compiler built them; plain has no fused
 * multiply-add, rounds twice and differs (vector.h). */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_KERNEL_KERNELS_H
#define TRAINCAST_ALGORITHMS_NETWORK_KERNEL_KERNELS_H

#include "algorithms/network/kernel/affine.h"
#include "algorithms/network/kernel/convolve.h"
#include "algorithms/network/kernel/depthwise.h"
#include "algorithms/network/kernel/elementwise.h"
#include "algorithms/network/kernel/pool.h"
#include "algorithms/network/kernel/products.h"

struct kernels {
    const char *name;
    int64_t vectors; /* blocks of outputs that a tile of convolve has at most */
    void (*convolve)(const struct convolve *c);
    void (*convolve_weights)(const struct convolve_weights *c);
    void (*depthwise)(const struct depthwise *d);
    void (*depthwise_weights)(const struct depthwise_weights *d);
    void (*sum_squares)(const struct planes *p, const real *x, const real *shift, double *sum,
                        double *square);
    void (*affine)(const struct planes *p, const real *x, const real *scale, const real *offset,
                   real ceiling, real *y);
    void (*sum_slopes)(const struct affine_slopes *a, double *sum, double *product);
    void (*affine_back)(const struct affine_slopes *s, const real *a, const real *b,
                        const real *c, bool add, real *dx);
    void (*add_and_cut)(int64_t count, const real *a, const real *b, real ceiling, real *y);
    void (*pass_back)(int64_t count, const real *y, real ceiling, const real *dy, bool add,
                      real *dx);
    void (*multiply)(int64_t count, const real *a, const real *b, bool add, real *y);
    void (*pool_max)(const struct pool *p, const real *x, real *y, void *index);
    void (*pool_max_back)(const struct pool *p, const real *dy, const void *index, bool add,
                          real *dx);
    void (*pool_mean)(const struct pool *p, const real *x, real *y);
    void (*pool_mean_back)(const struct pool *p, const real *dy, bool add, real *dx);
    void (*products)(const struct products *t, int64_t count, int64_t width);
};

extern const struct kernels kernels_plain, kernels_avx2, kernels_avx512;
const struct kernels *kernels_of_cpu(void);

#endif
