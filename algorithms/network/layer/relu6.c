/* SPDX-License-Identifier: MIT
 * relu6.c -- what is below 0 becomes 0, what is above 6 becomes 6 (MobileNet's). */
#include "algorithms/network/layer/cut.h"

static const struct field fields[] = {
    LAYER_INPUT(struct layer_conf),
    CONF_END,
};

const struct layer_kind layer_relu6 = {
    .kind = {.name = "relu6",
             .doc = "What is below 0 becomes 0, what is above 6 becomes 6.",
             .fields = fields,
             .conf_size = sizeof(struct layer_conf)},
    .cuts_at = 6,
    .reads_output = true,
    .fit = cut_fit,
    .forward = cut_forward,
    .backward = cut_backward,
};
