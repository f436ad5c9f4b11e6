/* SPDX-License-Identifier: MIT
 * layer.h -- the settings of each kind of layer: what a description fills, what YAML says. */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_LAYER_LAYER_H
#define TRAINCAST_ALGORITHMS_NETWORK_LAYER_LAYER_H

#include "algorithms/network/network.h"

/* relu, relu6, flatten, softmax_cross_entropy: they have no others. */
struct layer_conf {
    char *input;
};

struct dense_conf {
    char *input;
    int64_t outputs; /* 0: the number of classes */
    bool bias;
};

struct convolution_conf {
    char *input;
    int64_t outputs, kernel, stride, padding, groups;
    bool bias;
};

struct batch_norm_conf {
    char *input;
    double epsilon, momentum;
};

struct group_norm_conf {
    char *input;
    int64_t groups;
    double epsilon;
};

struct pool_conf {
    char *input;
    int64_t kernel, stride, padding; /* kernel 0: the whole image; stride 0: the kernel */
};

struct add_conf {
    char *input;
    char *with;
};

struct subsample_conf {
    char *input;
    int64_t outputs, stride;
};

struct dropout_conf {
    char *input;
    double drop_ratio;
};

struct counted_conf {
    char *input;
    int64_t parameters, multiply_adds;
    int64_t activation_floats;       /* kept for the way back, beside the output */
    int64_t channels, height, width; /* of the output; all 0: as the input; height 0: a row */
};

#define LAYER_INPUT(struct_)                                                                   \
    CONF(struct_, input, .optional = true, .absent = "the layer before",                       \
         .doc = "Name of the layer whose output it reads.")

#define LAYER(name_) extern const struct layer_kind layer_##name_;
#include "algorithms/network/layer/list.h"
#undef LAYER

#endif
