/* SPDX-License-Identifier: MIT
 * relu.c -- what is below 0 becomes 0.
 *
 * A norm or `add` before it does this by itself (node->ceiling); otherwise it works in place.
 */
#include "algorithms/network/layer/cut.h"

static const struct field fields[] = {
    LAYER_INPUT(struct layer_conf),
    CONF_END,
};

bool cut_fit(struct fit *fit, struct err *err)
{
    (void)err;
    fit->out = fit->in;
    return true;
}

void cut_forward(const struct pass *pass)
{
    pass->kernels->add_and_cut(pass->examples * layer_numbers(pass->node->out), pass->x, NULL,
                               pass->node->kind->cuts_at, pass->y);
}

void cut_backward(const struct pass *pass)
{
    if (pass->dx)
        pass->kernels->pass_back(pass->examples * layer_numbers(pass->node->out), pass->y,
                                 pass->node->kind->cuts_at, pass->dy,
                                 pass->add_dx && pass->dx != pass->dy, pass->dx);
}

const struct layer_kind layer_relu = {
    .kind = {.name = "relu",
             .doc = "What is below 0 becomes 0.",
             .fields = fields,
             .conf_size = sizeof(struct layer_conf)},
    .cuts_at = INFINITY,
    .reads_output = true,
    .fit = cut_fit,
    .forward = cut_forward,
    .backward = cut_backward,
};
