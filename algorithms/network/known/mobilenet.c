/* SPDX-License-Identifier: MIT
 * mobilenet.c -- depthwise convolutions, each followed by one of 1 x 1: MobileNet-v1 for CIFAR.
 *
 * Howard et al., arXiv 1704.04861, table 1, as LambdaML's variant for images of 32 x 32: the
 * first convolution and the first halving keep the size: 3,217,226 parameters, 46.3 M
 * multiply-adds. */
#include <math.h>

#include "algorithms/network/known/known.h"

struct mobilenet_conf {
    double width;
};

static const struct field fields[] = {
    CONF(struct mobilenet_conf, width, .above_min = true, .max = 16, .preset = "1",
         .doc =
             "The width multiplier: how many times as many channels each layer has, rounded, "
             "at least 1.",
         .source = "Howard et al., arXiv 1704.04861, section 3.3"),
    CONF_END,
};

static const struct {
    int64_t outputs, stride;
} block[] = {{64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
             {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};

static int64_t channels(const struct mobilenet_conf *mobilenet, int64_t at_width_1)
{
    int64_t count = llround(mobilenet->width * (double)at_width_1);

    return count > 1 ? count : 1;
}

static void describe(const void *conf, struct shape input, int32_t classes,
                     struct layers *layers)
{
    int64_t inputs = channels(conf, 32);
    layer_name name;

    (void)input;
    (void)classes;
    add_convolution_norm_relu(
        layers, "conv1",
        (struct convolution_conf){.outputs = inputs, .kernel = 3, .padding = 1});
    for (size_t i = 0; i < sizeof block / sizeof *block; i++) {
        add_convolution_norm_relu(layers, name_of(name, "block%d_depth", (int)i + 1),
                                  (struct convolution_conf){.outputs = inputs,
                                                            .kernel = 3,
                                                            .stride = block[i].stride,
                                                            .padding = 1,
                                                            .groups = inputs});
        add_convolution_norm_relu(
            layers, name_of(name, "block%d_point", (int)i + 1),
            (struct convolution_conf){.outputs = channels(conf, block[i].outputs),
                                      .kernel = 1});
        inputs = channels(conf, block[i].outputs);
    }
    add_classifier(layers);
}

const struct known_kind known_mobilenet = {
    .kind = {.name = "mobilenet",
             .doc = "MobileNet-v1 in LambdaML's variant for CIFAR-10.",
             .source = "Howard et al., arXiv 1704.04861",
             .fields = fields,
             .conf_size = sizeof(struct mobilenet_conf)},
    CIFAR10,
    .describe = describe,
};
