/* SPDX-License-Identifier: MIT
 * norm.h -- what batch_norm and group_norm keep of each channel: y = scale x + offset. */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_LAYER_NORM_H
#define TRAINCAST_ALGORITHMS_NETWORK_LAYER_NORM_H

#include "algorithms/network/inside.h"
#include "algorithms/network/layer/layer.h"

/* Each real[channels], in whole blocks, in one piece of NORM_ROWS such rows. */
struct norm {
    real *scale, *offset, *mean, *inverse; /* inverse: 1 / sqrt(variance + epsilon) */
};
enum { NORM_ROWS = 4 };

static inline struct norm norm_at(real *kept, int64_t channels)
{
    int64_t row = blocks_of(channels) * BLOCK;

    return (struct norm){kept, kept + row, kept + 2 * row, kept + 3 * row};
}

static inline void norm_set(const struct norm *norm, int64_t c, double mean, double variance,
                            double epsilon, double weight, double bias)
{
    double inverse = 1 / sqrt(variance + epsilon);

    norm->mean[c] = (real)mean;
    norm->inverse[c] = (real)inverse;
    norm->scale[c] = (real)(weight * inverse);
    norm->offset[c] = (real)(bias - mean * weight * inverse);
}

static inline void norm_tensors(struct fit *fit)
{
    const int32_t size[] = {fit->in.channels, 0};

    fit_parameter(fit, "weight", (struct start){.value = 1}, size);
    fit_parameter(fit, "bias", (struct start){.value = 0}, size);
}

#endif
