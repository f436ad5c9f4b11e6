/* SPDX-License-Identifier: MIT
 * bottleneck.c -- blocks of 1 x 1, 3 x 3 and 1 x 1: He et al., CVPR 2016, figure 5 and table 1.
 *
 * The stride is in the 3 x 3, as all implementations in use have it; shortcuts that change the
 * shape are convolutions of 1 x 1 (option B). */
#include <string.h>

#include "algorithms/network/known/known.h"

static void add_bottleneck(struct layers *layers, const char *block, int64_t width,
                           int64_t stride, bool changes, layer_name before)
{
    layer_name name, shortcut;

    strcpy(shortcut, before);
    if (changes) {
        add_convolution_norm(
            layers, name_of(name, "%s_shortcut", block),
            (struct convolution_conf){.outputs = 4 * width, .kernel = 1, .stride = stride});
        name_of(shortcut, "%s_shortcut_norm", block);
    }
    add_convolution_norm_relu(
        layers, name_of(name, "%s_conv1", block),
        (struct convolution_conf){.input = before, .outputs = width, .kernel = 1});
    add_convolution_norm_relu(
        layers, name_of(name, "%s_conv2", block),
        (struct convolution_conf){
            .outputs = width, .kernel = 3, .stride = stride, .padding = 1});
    add_convolution_norm(layers, name_of(name, "%s_conv3", block),
                         (struct convolution_conf){.outputs = 4 * width, .kernel = 1});
    add_sum(layers, name_of(name, "%s_sum", block), shortcut);
    add_relu(layers, name_of(before, "%s_relu", block));
}

void add_bottlenecks(struct layers *layers, const struct bottlenecks *bottlenecks)
{
    layer_name before, block;

    strcpy(before, layers->layer[layers->count - 1].name);
    for (int stage = 0; stage < 4; stage++)
        for (int i = 0; i < bottlenecks->blocks[stage]; i++)
            add_bottleneck(layers, name_of(block, "stage%d_%d", stage + 1, i + 1),
                           (int64_t)64 << stage, stage > 0 && i == 0 ? 2 : 1, i == 0, before);
    add_classifier(layers);
}
