/* SPDX-License-Identifier: MIT
 * resnet101.c -- ResNet-101 for ImageNet: 44,549,160 parameters.
 *
 * He et al., CVPR 2016, table 1. */
#include "algorithms/network/known/known.h"

static void describe(const void *conf, struct shape input, int32_t classes,
                     struct layers *layers)
{
    (void)conf;
    (void)input;
    (void)classes;
    add_convolution_norm_relu(
        layers, "conv1",
        (struct convolution_conf){.outputs = 64, .kernel = 7, .stride = 2, .padding = 3});
    add_max_pool(layers, "pool1", 3, 2, 1);
    add_bottlenecks(layers, &(struct bottlenecks){.blocks = {3, 4, 23, 3}});
}

const struct known_kind known_resnet101 = {
    .kind = {.name = "resnet101",
             .doc = "ResNet-101 for ImageNet.",
             .source = "He et al., CVPR 2016, table 1"},
    IMAGENET,
    .describe = describe,
};
