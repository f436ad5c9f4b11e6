/* SPDX-License-Identifier: MIT
 * known.h -- what descriptions share: shapes and classes of the data that they are known for.
 */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_KNOWN_KNOWN_H
#define TRAINCAST_ALGORITHMS_NETWORK_KNOWN_KNOWN_H

#include "algorithms/network/known/build.h"

/* clang-format off */
#define MNIST    .input = {.channels = 1, .height = 28, .width = 28}, .classes = 10
#define CIFAR10  .input = {.channels = 3, .height = 32, .width = 32}, .classes = 10
#define IMAGENET .input = {.channels = 3, .height = 224, .width = 224}, .classes = 1000
/* clang-format on */

/* Stages of bottlenecks, and how the first layers shrink the image. */
struct bottlenecks {
    int64_t blocks[4];
};
void add_bottlenecks(struct layers *layers, const struct bottlenecks *bottlenecks);

#endif
