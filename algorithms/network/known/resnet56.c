/* SPDX-License-Identifier: MIT
 * resnet56.c -- the residual network of 56 layers for CIFAR-10: 853,018 parameters. */
#include "algorithms/network/known/resnet_cifar.h"

static void describe(const void *conf, struct shape input, int32_t classes,
                     struct layers *layers)
{
    (void)input;
    (void)classes;
    add_resnet(conf, 56, layers);
}

const struct known_kind known_resnet56 = {
    .kind = {.name = "resnet56",
             .doc = "Residual network of 56 layers for CIFAR-10.",
             .source = "He et al., CVPR 2016, section 4.2",
             .fields = resnet_fields,
             .conf_size = sizeof(struct resnet_conf)},
    CIFAR10,
    .describe = describe,
};
