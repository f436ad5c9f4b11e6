/* SPDX-License-Identifier: MIT
 * counted.c -- a layer of which only the cost is known: parameters, multiply-adds, activations.
 *
 * A network with such a layer cannot be computed, only charged for. */
#include "algorithms/network/inside.h"
#include "algorithms/network/layer/layer.h"

static const struct field fields[] = {
    LAYER_INPUT(struct counted_conf),
    CONF(struct counted_conf, parameters, .max = 2e9, .preset = "0", .doc = "Its parameters."),
    CONF(struct counted_conf, multiply_adds, .preset = "0",
         .doc = "Multiply-adds of one example, forward."),
    CONF(struct counted_conf, activation_floats, .preset = "0",
         .doc = "Numbers of one example that it keeps for the way back, beside its output."),
    CONF(struct counted_conf, channels, .min = 1, .max = 1e9, .optional = true,
         .absent = "the output has the shape of the input",
         .doc = "Channels or features of its output."),
    CONF(struct counted_conf, height, .min = 1, .max = 1e6, .optional = true,
         .absent = "the output is a row of features", .doc = "Height of its output."),
    CONF(struct counted_conf, width, .min = 1, .max = 1e6, .optional = true,
         .absent = "as high", .doc = "Width of its output."),
    CONF_END,
};

static bool counted_fit(struct fit *fit, struct err *err)
{
    const struct counted_conf *conf = fit->conf;

    (void)err;
    if (conf->parameters > 0)
        fit_parameter(fit, "parameters", (struct start){.value = 0},
                      (int32_t[]){(int32_t)conf->parameters, 0});
    fit->out = fit->in;
    if (conf->channels > 0) {
        int32_t height = conf->height ? (int32_t)conf->height : 1;

        fit->out = (struct shape){.flat = conf->height == 0,
                                  .channels = (int32_t)conf->channels,
                                  .height = height,
                                  .width = conf->width ? (int32_t)conf->width : height};
    }
    fit->multiply_adds = conf->multiply_adds;
    fit->kept_each = conf->activation_floats;
    return true;
}

const struct layer_kind layer_counted = {
    .kind = {.name = "counted",
             .doc =
                 "A layer of which only the cost is known; a network that has one is charged "
                 "for, but cannot be computed.",
             .fields = fields,
             .conf_size = sizeof(struct counted_conf)},
    .fit = counted_fit,
};
