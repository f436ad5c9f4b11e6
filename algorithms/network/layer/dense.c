/* SPDX-License-Identifier: MIT
 * dense.c -- every output is a weighted sum of all inputs: y = x w^T + b.
 *
 * x: real[N][inputs], w: real[outputs][inputs], b: real[outputs], as PyTorch's Linear. */
#include "algorithms/network/inside.h"
#include "algorithms/network/kernel/rows.h"
#include "algorithms/network/layer/layer.h"

static const struct field fields[] = {
    LAYER_INPUT(struct dense_conf),
    CONF(struct dense_conf, outputs, .min = 1, .max = 10000000, .optional = true,
         .absent = "one for each class", .doc = "Features of its output."),
    CONF(struct dense_conf, bias, .preset = "yes", .doc = "Whether it adds a constant."),
    CONF_END,
};

static bool dense_fit(struct fit *fit, struct err *err)
{
    const struct dense_conf *conf = fit->conf;
    int32_t inputs = fit->in.channels;
    int32_t outputs = conf->outputs ? (int32_t)conf->outputs : fit->classes;
    double bound = 1 / sqrt((double)inputs);

    if (!fit_needs_flat(fit, err))
        return false;
    fit_parameter(fit, "weight", (struct start){.bound = bound},
                  (int32_t[]){outputs, inputs, 0});
    if (conf->bias)
        fit_parameter(fit, "bias", (struct start){.bound = bound}, (int32_t[]){outputs, 0});
    fit->out = (struct shape){.flat = true, .channels = outputs, .height = 1, .width = 1};
    fit->multiply_adds = (int64_t)inputs * outputs;
    return true;
}

static int64_t dense_work(const struct node *node, int64_t examples, bool training)
{
    (void)training;
    return rows_scratch(examples, node->in.channels, node->out.channels);
}

static struct rows_product product_of(const struct pass *pass)
{
    const struct node *node = pass->node;
    int64_t inputs = node->in.channels, outputs = node->out.channels;
    const struct dense_conf *conf = node->conf;

    return (struct rows_product){
        .examples = pass->examples,
        .inputs = inputs,
        .outputs = outputs,
        .x = pass->x,
        .w = pass->w,
        .bias = conf->bias ? pass->w + inputs * outputs : NULL,
        .y = pass->y,
        .dy = pass->dy,
        .dx = pass->dx,
        .dw = pass->dw,
        .dbias = conf->bias ? pass->dw + inputs * outputs : NULL,
        .add = pass->add_dx,
        .turned = pass->work,
    };
}

static void dense_forward(const struct pass *pass)
{
    struct rows_product product = product_of(pass);

    rows_forward(pass->kernels, &product);
}

static void dense_backward(const struct pass *pass)
{
    struct rows_product product = product_of(pass);

    rows_to_weights(pass->kernels, &product);
    if (pass->dx)
        rows_to_data(pass->kernels, &product);
}

const struct layer_kind layer_dense = {
    .kind = {.name = "dense",
             .doc = "Every output is a weighted sum of all inputs.",
             .fields = fields,
             .conf_size = sizeof(struct dense_conf)},
    .reads_input = true,
    .fit = dense_fit,
    .work = dense_work,
    .forward = dense_forward,
    .backward = dense_backward,
};
