/* SPDX-License-Identifier: MIT
 * resnet44.c -- the residual network of 44 layers for CIFAR-10: 658,586 parameters. */
#include "algorithms/network/known/resnet_cifar.h"

static void describe(const void *conf, struct shape input, int32_t classes,
                     struct layers *layers)
{
    (void)input;
    (void)classes;
    add_resnet(conf, 44, layers);
}

const struct known_kind known_resnet44 = {
    .kind = {.name = "resnet44",
             .doc = "Residual network of 44 layers for CIFAR-10.",
             .source = "He et al., CVPR 2016, section 4.2",
             .fields = resnet_fields,
             .conf_size = sizeof(struct resnet_conf)},
    CIFAR10,
    .describe = describe,
};
