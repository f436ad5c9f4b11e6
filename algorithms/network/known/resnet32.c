/* SPDX-License-Identifier: MIT
 * resnet32.c -- the residual network of 32 layers for CIFAR-10: 464,154 parameters. */
#include "algorithms/network/known/resnet_cifar.h"

static void describe(const void *conf, struct shape input, int32_t classes,
                     struct layers *layers)
{
    (void)input;
    (void)classes;
    add_resnet(conf, 32, layers);
}

const struct known_kind known_resnet32 = {
    .kind = {.name = "resnet32",
             .doc = "Residual network of 32 layers for CIFAR-10.",
             .source = "He et al., CVPR 2016, section 4.2",
             .fields = resnet_fields,
             .conf_size = sizeof(struct resnet_conf)},
    CIFAR10,
    .describe = describe,
};
