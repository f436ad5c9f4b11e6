/* SPDX-License-Identifier: MIT
 * carve.h -- hands out scratch in aligned pieces; with base NULL it only counts. */
#ifndef TRAINCAST_ALGORITHMS_MODEL_CARVE_H
#define TRAINCAST_ALGORITHMS_MODEL_CARVE_H

#include <stddef.h>
#include <stdint.h>

struct carver {
    float *base; /* 64-byte aligned */
    int64_t used;
};

static inline void *carve(struct carver *carver, int64_t floats)
{
    float *piece = carver->base ? carver->base + carver->used : NULL;

    carver->used += (floats + 15) / 16 * 16;
    return piece;
}

#endif
