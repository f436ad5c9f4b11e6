/* SPDX-License-Identifier: MIT
 * cnn.c -- two convolutions of 5 x 5 and two dense layers: 1,663,370 parameters on MNIST.
 *
 * McMahan et al., AISTATS 2017, section 3: "a CNN with two 5x5 convolution layers (the first
 * with 32 channels, the second with 64, each followed with 2x2 max pooling), a fully connected
 * layer with 512 units and ReLu activation".  Padding keeps the image's size: the parameters
 * say so. */
#include "algorithms/network/known/known.h"

static void describe(const void *conf, struct shape input, int32_t classes,
                     struct layers *layers)
{
    (void)conf;
    (void)input;
    (void)classes;
    add_convolution(
        layers, "conv1",
        (struct convolution_conf){.outputs = 32, .kernel = 5, .padding = 2, .bias = true});
    add_relu(layers, "relu1");
    add_max_pool(layers, "pool1", 2, 2, 0);
    add_convolution(
        layers, "conv2",
        (struct convolution_conf){.outputs = 64, .kernel = 5, .padding = 2, .bias = true});
    add_relu(layers, "relu2");
    add_max_pool(layers, "pool2", 2, 2, 0);
    add_flatten(layers);
    add_dense(layers, "hidden", 512);
    add_relu(layers, "relu3");
    add_dense(layers, "classes", 0);
    add_loss(layers);
}

const struct known_kind known_cnn = {
    .kind = {.name = "cnn",
             .doc = "FedAvg's CNN: two convolutions and two dense layers.",
             .source = "McMahan et al., AISTATS 2017, section 3"},
    MNIST,
    .describe = describe,
};
