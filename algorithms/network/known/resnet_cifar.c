/* SPDX-License-Identifier: MIT
 * resnet_cifar.c -- residual networks for small images: 6 n + 2 layers in three stages.
 *
 * He et al., CVPR 2016, section 4.2: 3 x 3 convolutions of 16, 32 and 64 channels, two to a
 * block; where the image is halved, the shortcut takes every other pixel and fills up with
 * zeros (option A), so it has no parameters: 269,722 at depth 20 (0.27 M in table 6). */
#include "algorithms/network/known/resnet_cifar.h"

#include <string.h>

enum shortcut { SHORTCUT_SUBSAMPLE, SHORTCUT_PROJECTION };

static const char *const shortcuts[] = {"subsample", "projection", NULL};

const struct field resnet_fields[] = {
    CONF(struct resnet_conf, shortcut, .names = shortcuts, .preset = "subsample",
         .doc = "What stands beside a block that changes the image's shape: every other pixel "
                "and zeros (option A), or a convolution of 1 x 1 and a norm (option B).",
         .source = "He et al., CVPR 2016, sections 3.3 and 4.2"),
    CONF_END,
};

/* Two convolutions beside a shortcut; `before` is the name of what the block reads, and becomes
 * that of what it ends in. */
static void add_block(struct layers *layers, const struct resnet_conf *conf, const char *block,
                      int64_t outputs, bool changes, layer_name before)
{
    layer_name name, shortcut;

    strcpy(shortcut, before);
    if (changes && conf->shortcut == SHORTCUT_SUBSAMPLE) {
        name_of(shortcut, "%s_shortcut", block);
        layers_add(layers, shortcut, &layer_subsample.kind,
                   &(struct subsample_conf){.outputs = outputs, .stride = 2});
    } else if (changes) {
        add_convolution_norm(
            layers, name_of(name, "%s_shortcut", block),
            (struct convolution_conf){.outputs = outputs, .kernel = 1, .stride = 2});
        name_of(shortcut, "%s_shortcut_norm", block);
    }
    add_convolution_norm_relu(layers, name_of(name, "%s_conv1", block),
                              (struct convolution_conf){.input = before,
                                                        .outputs = outputs,
                                                        .kernel = 3,
                                                        .stride = changes ? 2 : 1,
                                                        .padding = 1});
    add_convolution_norm(
        layers, name_of(name, "%s_conv2", block),
        (struct convolution_conf){.outputs = outputs, .kernel = 3, .padding = 1});
    add_sum(layers, name_of(name, "%s_sum", block), shortcut);
    add_relu(layers, name_of(before, "%s_relu", block));
}

void add_resnet(const struct resnet_conf *conf, int depth, struct layers *layers)
{
    layer_name before = "conv1_relu", block;

    add_convolution_norm_relu(
        layers, "conv1", (struct convolution_conf){.outputs = 16, .kernel = 3, .padding = 1});
    for (int stage = 0; stage < 3; stage++)
        for (int i = 0; i < (depth - 2) / 6; i++)
            add_block(layers, conf, name_of(block, "stage%d_%d", stage + 1, i + 1),
                      (int64_t)16 << stage, stage > 0 && i == 0, before);
    add_classifier(layers);
}
