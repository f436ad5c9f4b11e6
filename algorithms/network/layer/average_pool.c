/* SPDX-License-Identifier: MIT
 * average_pool.c -- the mean of each window; of the whole image when no window is given.
 *
 * Padding counts as zeros, as in PyTorch's AvgPool2d. */
#include "algorithms/network/layer/pooling.h"

static const struct field fields[] = {POOL_FIELDS};

static void average_pool_forward(const struct pass *pass)
{
    struct pool pool = pooling_of(pass);

    pass->kernels->pool_mean(&pool, pass->x, pass->y);
}

static void average_pool_backward(const struct pass *pass)
{
    struct pool pool = pooling_of(pass);

    if (pass->dx)
        pass->kernels->pool_mean_back(&pool, pass->dy, pass->add_dx, pass->dx);
}

const struct layer_kind layer_average_pool = {
    .kind = {.name = "average_pool",
             .doc = "The mean of each window; of the whole image when no window is given.",
             .fields = fields,
             .conf_size = sizeof(struct pool_conf)},
    .fit = pooling_fit,
    .forward = average_pool_forward,
    .backward = average_pool_backward,
};
