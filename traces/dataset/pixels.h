/* SPDX-License-Identifier: MIT
 * pixels.h -- bytes 0..255 to 0..1, correctly rounded. */
#ifndef TRAINCAST_TRACES_DATASET_PIXELS_H
#define TRAINCAST_TRACES_DATASET_PIXELS_H

#include <stdint.h>

static inline void pixels_to_floats(const unsigned char *pixel, int64_t count, float *x)
{
    for (int64_t i = 0; i < count; i++)
        x[i] = (float)pixel[i] / 255.0f;
}

#endif
