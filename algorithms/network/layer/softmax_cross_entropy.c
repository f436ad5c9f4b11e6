/* SPDX-License-Identifier: MIT
 * softmax_cross_entropy.c -- the loss at the end: -log softmax(x)[label], its mean over the
 * batch.
 *
 * y keeps the slope of each example's own loss, softmax(x) - [label].  Sums run in double. */
#include "algorithms/network/inside.h"
#include "algorithms/network/layer/layer.h"

static const struct field fields[] = {
    LAYER_INPUT(struct layer_conf),
    CONF_END,
};

static bool loss_fit(struct fit *fit, struct err *err)
{
    if (!fit_needs_flat(fit, err))
        return false;
    if (!fit->last)
        return err_set(err, "%s: nothing can follow the loss", fit->what);
    if (fit->in.channels != fit->classes)
        return err_set(err, "%s: its input has %d outputs, but the data has %d classes",
                       fit->what, fit->in.channels, fit->classes);
    fit->out = fit->in;
    return true;
}

/* An example whose outputs are no numbers has a loss that is none, and is not right. */
static void one_example(const real *x, int32_t label, int32_t classes,
                        struct network_score *score, real *y)
{
    int32_t first = 0;
    double total = 0, most;

    for (int32_t k = 1; k < classes; k++)
        if (x[k] > x[first])
            first = k;
    most = (double)x[first];
    for (int32_t k = 0; k < classes; k++)
        total += exp((double)x[k] - most);
    for (int32_t k = 0; k < classes; k++)
        y[k] = (real)(exp((double)x[k] - most) / total - (k == label));
    score->loss += log(total) + most - (double)x[label];
    score->correct += first == label && !isnan(total);
    score->examples++;
}

static void loss_forward(const struct pass *pass)
{
    int32_t classes = pass->node->in.channels;

    for (int64_t n = 0; n < pass->examples; n++)
        one_example(pass->x + n * classes, pass->label[n], classes, pass->score,
                    pass->y + n * classes);
}

static void loss_backward(const struct pass *pass)
{
    int64_t count = pass->examples * pass->node->in.channels;

    for (int64_t i = 0; i < count && pass->dx; i++)
        pass->dx[i] = pass->y[i] / (real)pass->examples;
}

const struct layer_kind layer_softmax_cross_entropy = {
    .kind = {.name = "softmax_cross_entropy",
             .doc = "The loss, the last layer: cross-entropy of the softmax of its inputs "
                    "(natural logarithm), its mean over the batch.",
             .fields = fields,
             .conf_size = sizeof(struct layer_conf)},
    .is_loss = true,
    .reads_output = true,
    .fit = loss_fit,
    .forward = loss_forward,
    .backward = loss_backward,
};
