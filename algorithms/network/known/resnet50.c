/* SPDX-License-Identifier: MIT
 * resnet50.c -- ResNet-50 for small images, as LambdaML trains it on CIFAR-10.
 *
 * He et al., CVPR 2016, table 1, but the first layer is a 3 x 3 of stride 1 and nothing is
 * pooled before the blocks: 23,520,842 parameters, 1,298 M multiply-adds. */
#include "algorithms/network/known/known.h"

static void describe(const void *conf, struct shape input, int32_t classes,
                     struct layers *layers)
{
    (void)conf;
    (void)input;
    (void)classes;
    add_convolution_norm_relu(
        layers, "conv1", (struct convolution_conf){.outputs = 64, .kernel = 3, .padding = 1});
    add_bottlenecks(layers, &(struct bottlenecks){.blocks = {3, 4, 6, 3}});
}

const struct known_kind known_resnet50 = {
    .kind = {.name = "resnet50",
             .doc = "ResNet-50 in LambdaML's variant for CIFAR-10.",
             .source = "He et al., CVPR 2016, table 1"},
    CIFAR10,
    .describe = describe,
};
