/* SPDX-License-Identifier: MIT
 * resnet20.c -- the residual network of 20 layers for CIFAR-10: 269,722 parameters. */
#include "algorithms/network/known/resnet_cifar.h"

static void describe(const void *conf, struct shape input, int32_t classes,
                     struct layers *layers)
{
    (void)input;
    (void)classes;
    add_resnet(conf, 20, layers);
}

const struct known_kind known_resnet20 = {
    .kind = {.name = "resnet20",
             .doc = "Residual network of 20 layers for CIFAR-10.",
             .source = "He et al., CVPR 2016, section 4.2",
             .fields = resnet_fields,
             .conf_size = sizeof(struct resnet_conf)},
    CIFAR10,
    .describe = describe,
};
