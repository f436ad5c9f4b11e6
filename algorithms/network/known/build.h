/* SPDX-License-Identifier: MIT
 * build.h -- words in which descriptions of networks are written.
 *
 * Each adds a layer that reads the one before, unless said otherwise. */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_KNOWN_BUILD_H
#define TRAINCAST_ALGORITHMS_NETWORK_KNOWN_BUILD_H

#include "algorithms/network/inside.h"
#include "algorithms/network/layer/layer.h"

/* A name for a layer: the format's. */
typedef char layer_name[48];
const char *name_of(layer_name out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void add_convolution(struct layers *layers, const char *name, struct convolution_conf conf);
/* convolution without bias, batch_norm, relu, named NAME, NAME_norm, NAME_relu. */
void add_convolution_norm(struct layers *layers, const char *name,
                          struct convolution_conf conf);
void add_convolution_norm_relu(struct layers *layers, const char *name,
                               struct convolution_conf conf);
void add_dense(struct layers *layers, const char *name, int64_t outputs); /* 0: the classes */
void add_relu(struct layers *layers, const char *name);
void add_max_pool(struct layers *layers, const char *name, int64_t kernel, int64_t stride,
                  int64_t padding);
void add_flatten(struct layers *layers);
/* The mean of the whole image, a row of features, one output a class, the loss. */
void add_classifier(struct layers *layers);
void add_loss(struct layers *layers);
/* The layer before plus another. */
void add_sum(struct layers *layers, const char *name, const char *with);
void add_counted(struct layers *layers, const char *name, struct counted_conf conf);

#endif
