/* SPDX-License-Identifier: MIT
 * build.c -- see build.h. */
#include "algorithms/network/known/build.h"

#include <stdarg.h>
#include <stdio.h>

const char *name_of(layer_name out, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(out, sizeof(layer_name), format, arguments);
    va_end(arguments);
    return out;
}

void add_convolution(struct layers *layers, const char *name, struct convolution_conf conf)
{
    conf.stride = conf.stride ? conf.stride : 1;
    conf.groups = conf.groups ? conf.groups : 1;
    layers_add(layers, name, &layer_convolution.kind, &conf);
}

void add_convolution_norm(struct layers *layers, const char *name, struct convolution_conf conf)
{
    layer_name norm;

    add_convolution(layers, name, conf);
    layers_add(layers, name_of(norm, "%s_norm", name), &layer_batch_norm.kind,
               &(struct batch_norm_conf){.epsilon = 1e-5, .momentum = 0.1});
}

void add_convolution_norm_relu(struct layers *layers, const char *name,
                               struct convolution_conf conf)
{
    layer_name relu;

    add_convolution_norm(layers, name, conf);
    add_relu(layers, name_of(relu, "%s_relu", name));
}

void add_dense(struct layers *layers, const char *name, int64_t outputs)
{
    layers_add(layers, name, &layer_dense.kind,
               &(struct dense_conf){.outputs = outputs, .bias = true});
}

void add_relu(struct layers *layers, const char *name)
{
    layers_add(layers, name, &layer_relu.kind, &(struct layer_conf){NULL});
}

void add_max_pool(struct layers *layers, const char *name, int64_t kernel, int64_t stride,
                  int64_t padding)
{
    layers_add(layers, name, &layer_max_pool.kind,
               &(struct pool_conf){.kernel = kernel, .stride = stride, .padding = padding});
}

void add_flatten(struct layers *layers)
{
    layers_add(layers, "flatten", &layer_flatten.kind, &(struct layer_conf){NULL});
}

void add_loss(struct layers *layers)
{
    layers_add(layers, "loss", &layer_softmax_cross_entropy.kind, &(struct layer_conf){NULL});
}

void add_classifier(struct layers *layers)
{
    layers_add(layers, "pool", &layer_average_pool.kind, &(struct pool_conf){NULL});
    add_flatten(layers);
    add_dense(layers, "classes", 0);
    add_loss(layers);
}

void add_sum(struct layers *layers, const char *name, const char *with)
{
    layers_add(layers, name, &layer_add.kind, &(struct add_conf){.with = (char *)with});
}

void add_counted(struct layers *layers, const char *name, struct counted_conf conf)
{
    layers_add(layers, name, &layer_counted.kind, &conf);
}
