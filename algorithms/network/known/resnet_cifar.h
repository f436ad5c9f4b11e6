/* SPDX-License-Identifier: MIT
 * resnet_cifar.h -- residual networks for small images, by their depth: resnet20.c and so on.
 */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_KNOWN_RESNET_CIFAR_H
#define TRAINCAST_ALGORITHMS_NETWORK_KNOWN_RESNET_CIFAR_H

#include "algorithms/network/known/known.h"

struct resnet_conf {
    int shortcut;
};
extern const struct field resnet_fields[];

/* depth = 6 n + 2. */
void add_resnet(const struct resnet_conf *conf, int depth, struct layers *layers);

#endif
