/* SPDX-License-Identifier: MIT
 * pooling.h -- what max_pool and average_pool have in common. */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_LAYER_POOLING_H
#define TRAINCAST_ALGORITHMS_NETWORK_LAYER_POOLING_H

#include "algorithms/network/layer/layer.h"
#include "algorithms/network/layer/window.h"

/* clang-format off */
#define POOL_FIELDS                                                                            \
    LAYER_INPUT(struct pool_conf),                                                             \
    CONF(struct pool_conf, kernel, .min = 1, .max = 10000, .optional = true,                   \
         .absent = "the whole image", .doc = "Height and width of the window."),               \
    CONF(struct pool_conf, stride, .min = 1, .max = 10000, .optional = true,                   \
         .absent = "as wide as the window", .doc = "Steps of the window."),                    \
    CONF(struct pool_conf, padding, .max = 10000, .preset = "0",                               \
         .doc = "Rows and columns around the image."),                                         \
    CONF_END
/* clang-format on */

static inline bool pooling_fit(struct fit *fit, struct err *err)
{
    const struct pool_conf *conf = fit->conf;
    int64_t stride = conf->stride ? conf->stride : conf->kernel;

    if (!fit_needs_image(fit, err))
        return false;
    fit->out = fit->in;
    fit->out.height = fit->out.width = 1;
    if (conf->kernel == 0)
        return true;
    if (!window_fits(fit, "kernel", conf->kernel, conf->padding, err))
        return false;
    if (2 * conf->padding > conf->kernel)
        return err_set(err, "%s: padding %lld is more than half of its kernel %lld", fit->what,
                       (long long)conf->padding, (long long)conf->kernel);
    fit->out.height =
        (int32_t)window_steps(fit->in.height, conf->kernel, stride, conf->padding);
    fit->out.width = (int32_t)window_steps(fit->in.width, conf->kernel, stride, conf->padding);
    return true;
}

static inline struct pool pooling_of(const struct pass *pass)
{
    const struct node *node = pass->node;
    const struct pool_conf *conf = node->conf;
    bool all = conf->kernel == 0;

    return (struct pool){.planes = pass->examples * blocks_of(node->in.channels),
                         .height = node->in.height,
                         .width = node->in.width,
                         .rows = node->out.height,
                         .columns = node->out.width,
                         .window_height = all ? node->in.height : conf->kernel,
                         .window_width = all ? node->in.width : conf->kernel,
                         .stride = conf->stride ? conf->stride
                                   : all        ? 1
                                                : conf->kernel,
                         .padding = all ? 0 : conf->padding};
}

#endif
