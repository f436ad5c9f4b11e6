/* SPDX-License-Identifier: MIT
 * max_pool.c -- the largest number of each window. */
#include "algorithms/network/layer/pooling.h"

static const struct field fields[] = {POOL_FIELDS};

static bool max_pool_fit(struct fit *fit, struct err *err)
{
    if (!pooling_fit(fit, err))
        return false;
    fit->kept_each = layer_numbers(fit->out); /* where it was */
    return true;
}

static void max_pool_forward(const struct pass *pass)
{
    struct pool pool = pooling_of(pass);

    pass->kernels->pool_max(&pool, pass->x, pass->y, pass->training ? pass->kept : NULL);
}

static void max_pool_backward(const struct pass *pass)
{
    struct pool pool = pooling_of(pass);

    if (pass->dx)
        pass->kernels->pool_max_back(&pool, pass->dy, pass->kept, pass->add_dx, pass->dx);
}

const struct layer_kind layer_max_pool = {
    .kind = {.name = "max_pool",
             .doc = "The largest number of each window.",
             .fields = fields,
             .conf_size = sizeof(struct pool_conf)},
    .fit = max_pool_fit,
    .forward = max_pool_forward,
    .backward = max_pool_backward,
};
