/* SPDX-License-Identifier: MIT
 * add.c -- the sum of two layers' outputs: the end of a residual block (He et al., "Deep
 * residual learning for image recognition", CVPR 2016, section 3.2). */
#include "algorithms/network/inside.h"
#include "algorithms/network/layer/layer.h"

static const struct field fields[] = {
    LAYER_INPUT(struct add_conf),
    CONF(struct add_conf, with, .doc = "Name of the layer whose output is added."),
    CONF_END,
};

static bool add_fit(struct fit *fit, struct err *err)
{
    char in[64], with[64];

    if (fit->in.flat != fit->with.flat || fit->in.channels != fit->with.channels ||
        fit->in.height != fit->with.height || fit->in.width != fit->with.width)
        return err_set(err, "%s: its inputs differ in shape: %s and %s", fit->what,
                       shape_text(fit->in, in, sizeof in),
                       shape_text(fit->with, with, sizeof with));
    fit->out = fit->in;
    return true;
}

static void add_forward(const struct pass *pass)
{
    pass->kernels->add_and_cut(pass->examples * layer_numbers(pass->node->out), pass->x,
                               pass->with, pass->node->ceiling, pass->y);
}

/* dx, dwith or both may be dy itself: plan.c. */
static void add_backward(const struct pass *pass)
{
    int64_t count = pass->examples * layer_numbers(pass->node->out);

    if (!isnan(pass->node->ceiling))
        pass->kernels->pass_back(count, pass->y, pass->node->ceiling, pass->dy, false,
                                 pass->dy);
    if (pass->dx && pass->dx != pass->dy)
        pass->kernels->pass_back(count, NULL, NAN, pass->dy, pass->add_dx, pass->dx);
    if (pass->dwith && pass->dwith != pass->dy)
        pass->kernels->pass_back(count, NULL, NAN, pass->dy, pass->add_dwith, pass->dwith);
}

const struct layer_kind layer_add = {
    .kind = {.name = "add",
             .doc = "The sum of its input and of another layer's output.",
             .source = "He et al., CVPR 2016, section 3.2",
             .fields = fields,
             .conf_size = sizeof(struct add_conf)},
    .cuts = true,
    .passes_slope = true,
    .fit = add_fit,
    .forward = add_forward,
    .backward = add_backward,
};
