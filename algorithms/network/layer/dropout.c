/* SPDX-License-Identifier: MIT
 * dropout.c -- in training, each number is 0 with some probability and grown otherwise.
 *
 * Srivastava et al., JMLR 15 (2014), in the inverted form: evaluation changes nothing.  Whether
 * number i of example n is dropped is a function of the batch's random numbers, the layer, n
 * and i, whatever the memory layout. */
#include "algorithms/network/inside.h"
#include "algorithms/network/layer/layer.h"

static const struct field fields[] = {
    LAYER_INPUT(struct dropout_conf),
    CONF(struct dropout_conf, drop_ratio, .max = 0.99, .preset = "0.5",
         .doc = "Share of the numbers that is dropped."),
    CONF_END,
};

static bool dropout_fit(struct fit *fit, struct err *err)
{
    (void)err;
    fit->out = fit->in;
    fit->kept_each = layer_numbers(fit->in); /* what each number is multiplied by */
    return true;
}

static void draw(const struct pass *pass, real *factor)
{
    const struct dropout_conf *conf = pass->node->conf;
    struct shape shape = pass->node->in;
    int64_t lanes_of_pixel = shape.flat ? 1 : BLOCK, pixels = shape_pixels(shape);
    real grown = (real)(1 / (1 - conf->drop_ratio));
    struct rng rng = pass->dropout;

    rng.block += (uint64_t)(pass->node->index + 1) << 40;
    rng.left = 0;
    memset(factor, 0, (size_t)(pass->examples * layer_numbers(shape)) * sizeof *factor);
    for (int64_t n = 0; n < pass->examples; n++, factor += layer_numbers(shape))
        for (int64_t c = 0; c < shape.channels; c++)
            for (int64_t i = 0; i < pixels; i++) {
                int64_t block = c / lanes_of_pixel, lane = c % lanes_of_pixel;
                bool kept = rng_uniform(&rng) >= conf->drop_ratio;

                factor[(block * pixels + i) * lanes_of_pixel + lane] = kept ? grown : 0;
            }
}

static void dropout_forward(const struct pass *pass)
{
    int64_t count = pass->examples * layer_numbers(pass->node->in);

    if (!pass->training) {
        pass->kernels->add_and_cut(count, pass->x, NULL, NAN, pass->y);
        return;
    }
    draw(pass, pass->kept);
    pass->kernels->multiply(count, pass->x, pass->kept, false, pass->y);
}

static void dropout_backward(const struct pass *pass)
{
    if (pass->dx)
        pass->kernels->multiply(pass->examples * layer_numbers(pass->node->in), pass->dy,
                                pass->kept, pass->add_dx, pass->dx);
}

const struct layer_kind layer_dropout = {
    .kind = {.name = "dropout",
             .doc = "In training, each number is 0 with some probability and grown otherwise.",
             .source = "Srivastava et al., JMLR 15 (2014)",
             .fields = fields,
             .conf_size = sizeof(struct dropout_conf)},
    .fit = dropout_fit,
    .forward = dropout_forward,
    .backward = dropout_backward,
};
