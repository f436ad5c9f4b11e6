/* SPDX-License-Identifier: MIT
 * plain.h -- between images as callers have them, real[examples][channels][height][width], and
 * images in blocks of channels (lanes.h). */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_KERNEL_PLAIN_H
#define TRAINCAST_ALGORITHMS_NETWORK_KERNEL_PLAIN_H

#include "algorithms/network/kernel/lanes.h"

/* add: to what is in blocks. */
void blocks_of_plain(struct shape shape, int64_t examples, const real *plain, bool add,
                     real *blocks);
void plain_of_blocks(struct shape shape, int64_t examples, const real *blocks, real *plain);

#endif
