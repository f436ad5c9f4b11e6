/* SPDX-License-Identifier: MIT
 * pool.h -- windows over planes of BLOCK channels: the largest number, or the mean. */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_KERNEL_POOL_H
#define TRAINCAST_ALGORITHMS_NETWORK_KERNEL_POOL_H

#include "algorithms/network/kernel/lanes.h"

struct pool {
    int64_t planes;
    int64_t height, width, rows, columns; /* of input and output */
    int64_t window_height, window_width, stride, padding;
};

/* index: lane_bits[planes][rows][columns]: which number of the window it was, the first of
 * equals; NULL: nobody asks.  What lies outside of the plane does not count. */
/* kernels->pool_max(p, x, y, index) */
/* kernels->pool_max_back(p, dy, index, add, dx) */

/* What lies outside of the plane counts as 0. */
/* kernels->pool_mean(p, x, y) */
/* kernels->pool_mean_back(p, dy, add, dx) */

#endif
