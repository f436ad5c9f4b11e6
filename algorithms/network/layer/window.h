/* SPDX-License-Identifier: MIT
 * window.h -- sizes of what slides a window over an image: convolution and pools. */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_LAYER_WINDOW_H
#define TRAINCAST_ALGORITHMS_NETWORK_LAYER_WINDOW_H

#include "algorithms/network/inside.h"

/* Rows (or columns) of the output of a window of `kernel` over `size` ones. */
static inline int64_t window_steps(int64_t size, int64_t kernel, int64_t stride,
                                   int64_t padding)
{
    return (size + 2 * padding - kernel) / stride + 1;
}

/* False with a sentence when the window is larger than what it slides over. */
static inline bool window_fits(const struct fit *fit, const char *word, int64_t kernel,
                               int64_t padding, struct err *err)
{
    int64_t height = fit->in.height + 2 * padding, width = fit->in.width + 2 * padding;

    if (kernel <= height && kernel <= width)
        return true;
    return err_set(err, "%s: %s %lldx%lld is larger than its input %lldx%lld%s", fit->what,
                   word, (long long)kernel, (long long)kernel, (long long)height,
                   (long long)width, padding ? " with padding" : "");
}

#endif
