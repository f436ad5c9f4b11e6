/* SPDX-License-Identifier: MIT
 * lanes.h -- blocks of channels: how images lie inside. */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_KERNEL_LANES_H
#define TRAINCAST_ALGORITHMS_NETWORK_KERNEL_LANES_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "algorithms/network/network.h"

/* Channels that lie side by side in an image: real[channels / BLOCK][height][width][BLOCK].
 * As many as the widest registers hold. */
enum { BLOCK = 64 / sizeof(real) };

static inline int64_t blocks_of(int64_t channels)
{
    return (channels + BLOCK - 1) / BLOCK;
}

#endif
