/* SPDX-License-Identifier: MIT
 * flatten.c -- an image becomes a row of features: channel by channel, row by row. */
#include <string.h>

#include "algorithms/network/inside.h"
#include "algorithms/network/kernel/plain.h"
#include "algorithms/network/layer/layer.h"

static const struct field fields[] = {
    LAYER_INPUT(struct layer_conf),
    CONF_END,
};

static bool flatten_fit(struct fit *fit, struct err *err)
{
    int64_t features = shape_count(fit->in);

    if (features > INT32_MAX)
        return err_set(err, "%s: %lld features are too many", fit->what, (long long)features);
    fit->out =
        (struct shape){.flat = true, .channels = (int32_t)features, .height = 1, .width = 1};
    return true;
}

static bool flatten_takes_plain(const struct node *node)
{
    (void)node;
    return true;
}

static void flatten_forward(const struct pass *pass)
{
    const struct node *node = pass->node;

    if (node->in.flat)
        pass->kernels->add_and_cut(pass->examples * node->in.channels, pass->x, NULL, NAN,
                                   pass->y);
    else
        plain_of_blocks(node->in, pass->examples, pass->x, pass->y);
}

static void flatten_backward(const struct pass *pass)
{
    const struct node *node = pass->node;

    if (!pass->dx)
        return;
    if (node->in.flat)
        pass->kernels->pass_back(pass->examples * node->in.channels, NULL, NAN, pass->dy,
                                 pass->add_dx, pass->dx);
    else
        blocks_of_plain(node->in, pass->examples, pass->dy, pass->add_dx, pass->dx);
}

const struct layer_kind layer_flatten = {
    .kind = {.name = "flatten",
             .doc = "An image becomes a row of features, channel by channel.",
             .fields = fields,
             .conf_size = sizeof(struct layer_conf)},
    .reshapes = true,
    .fit = flatten_fit,
    .takes_plain = flatten_takes_plain,
    .forward = flatten_forward,
    .backward = flatten_backward,
};
