/* SPDX-License-Identifier: MIT
 * subsample.c -- every stride-th pixel, and channels of zeros up to so many.
 *
 * The shortcut without parameters where a residual block changes shape: option A of He et al.,
 * CVPR 2016, section 4.2, which its networks for CIFAR-10 use. */
#include "algorithms/network/inside.h"
#include "algorithms/network/layer/layer.h"

static const struct field fields[] = {
    LAYER_INPUT(struct subsample_conf),
    CONF(struct subsample_conf, outputs, .min = 1, .max = 1000000,
         .doc = "Channels of its output."),
    CONF(struct subsample_conf, stride, .min = 1, .max = 10000, .preset = "1",
         .doc = "It takes every stride-th row and column."),
    CONF_END,
};

static bool subsample_fit(struct fit *fit, struct err *err)
{
    const struct subsample_conf *conf = fit->conf;
    int32_t stride = (int32_t)conf->stride;

    if (!fit_needs_image(fit, err))
        return false;
    if (conf->outputs < fit->in.channels)
        return err_set(err, "%s: has %lld outputs, fewer than its input's %d channels",
                       fit->what, (long long)conf->outputs, fit->in.channels);
    fit->out = (struct shape){.channels = (int32_t)conf->outputs,
                              .height = (fit->in.height + stride - 1) / stride,
                              .width = (fit->in.width + stride - 1) / stride};
    return true;
}

static void subsample_forward(const struct pass *pass)
{
    const struct subsample_conf *conf = pass->node->conf;
    struct shape in = pass->node->in, out = pass->node->out;
    int64_t blocks_in = blocks_of(in.channels), blocks = blocks_of(out.channels);
    real *y = pass->y;

    for (int64_t plane = 0; plane < pass->examples * blocks; plane++) {
        int64_t block = plane % blocks;
        const real *x =
            pass->x + (plane / blocks * blocks_in + block) * shape_pixels(in) * BLOCK;

        for (int64_t i = 0; i < out.height; i++)
            for (int64_t j = 0; j < out.width; j++, y += BLOCK)
                if (block < blocks_in)
                    memcpy(y, x + (i * in.width + j) * conf->stride * BLOCK, BLOCK * sizeof *y);
                else
                    memset(y, 0, BLOCK * sizeof *y);
    }
}

/* Lanes of channels that do not exist hold 0, before and after; but dy has slopes there. */
static void back_pixel(const real *dy, int64_t channels, real *dx)
{
    for (int64_t lane = 0; lane < BLOCK && lane < channels; lane++)
        dx[lane] += dy[lane];
}

static void subsample_backward(const struct pass *pass)
{
    const struct subsample_conf *conf = pass->node->conf;
    struct shape in = pass->node->in, out = pass->node->out;
    int64_t blocks_in = blocks_of(in.channels), blocks = blocks_of(out.channels);

    if (!pass->dx)
        return;
    if (!pass->add_dx)
        memset(pass->dx, 0, (size_t)(pass->examples * layer_numbers(in)) * sizeof(real));
    for (int64_t plane = 0; plane < pass->examples * blocks_in; plane++) {
        int64_t block = plane % blocks_in;
        const real *dy =
            pass->dy + (plane / blocks_in * blocks + block) * shape_pixels(out) * BLOCK;
        real *dx = pass->dx + plane * shape_pixels(in) * BLOCK;

        for (int64_t i = 0; i < out.height; i++)
            for (int64_t j = 0; j < out.width; j++, dy += BLOCK)
                back_pixel(dy, in.channels - block * BLOCK,
                           dx + (i * in.width + j) * conf->stride * BLOCK);
    }
}

const struct layer_kind layer_subsample = {
    .kind = {.name = "subsample",
             .doc = "Every stride-th pixel, and channels of zeros up to so many: a shortcut "
                    "without parameters.",
             .source = "He et al., CVPR 2016, section 4.2, option A",
             .fields = fields,
             .conf_size = sizeof(struct subsample_conf)},
    .fit = subsample_fit,
    .forward = subsample_forward,
    .backward = subsample_backward,
};
