/* SPDX-License-Identifier: MIT
 * vgg19.c -- sixteen convolutions of 3 x 3 in five stages, then dense layers.
 *
 * Simonyan and Zisserman, ICLR 2015, table 1, column E.  As preset the variant for CIFAR-10
 * that is in use: batch_norm after each convolution and one dense layer, 20,040,522 parameters;
 * with `hidden: 4096` and without norms, on images of 224 x 224, the published one:
 * 143,667,240. */
#include "algorithms/network/known/known.h"

struct vgg_conf {
    int64_t hidden;
    bool norm;
};

static const struct field fields[] = {
    CONF(struct vgg_conf, hidden, .max = 100000, .preset = "0",
         .doc = "Outputs of two hidden dense layers; 0: there are none."),
    CONF(struct vgg_conf, norm, .preset = "yes",
         .doc = "Whether batch_norm follows each convolution."),
    CONF_END,
};

static const int64_t convolutions[] = {2, 2, 4, 4, 4}, channels[] = {64, 128, 256, 512, 512};

static void describe(const void *conf, struct shape input, int32_t classes,
                     struct layers *layers)
{
    const struct vgg_conf *vgg = conf;
    layer_name name;

    (void)input;
    (void)classes;
    for (int stage = 0; stage < 5; stage++) {
        for (int64_t i = 0; i < convolutions[stage]; i++) {
            struct convolution_conf convolution = {
                .outputs = channels[stage], .kernel = 3, .padding = 1, .bias = true};

            name_of(name, "conv%d_%d", stage + 1, (int)i + 1);
            if (vgg->norm)
                add_convolution_norm(layers, name, convolution);
            else
                add_convolution(layers, name, convolution);
            add_relu(layers, name_of(name, "relu%d_%d", stage + 1, (int)i + 1));
        }
        add_max_pool(layers, name_of(name, "pool%d", stage + 1), 2, 2, 0);
    }
    add_flatten(layers);
    for (int i = 0; i < 2 && vgg->hidden > 0; i++) {
        add_dense(layers, name_of(name, "hidden%d", i + 1), vgg->hidden);
        add_relu(layers, name_of(name, "hidden%d_relu", i + 1));
    }
    add_dense(layers, "classes", 0);
    add_loss(layers);
}

const struct known_kind known_vgg19 = {
    .kind = {.name = "vgg19",
             .doc = "VGG-19; as preset its variant for CIFAR-10.",
             .source = "Simonyan and Zisserman, ICLR 2015, table 1",
             .fields = fields,
             .conf_size = sizeof(struct vgg_conf)},
    CIFAR10,
    .describe = describe,
};
