/* SPDX-License-Identifier: MIT
 * batch_norm.c -- each channel is brought to mean 0 and variance 1 over the batch, then scaled.
 *
 * Ioffe and Szegedy, "Batch normalization", ICML 2015.  As PyTorch: the batch's own variance is
 * the biased one, the running one that evaluation uses is unbiased; both move by `momentum`.
 * Sums run in double; the output is never kept apart from x, its bits are formed again on the
 * way back to see what the relu that follows has cut. */
#include "algorithms/network/layer/norm.h"

static const struct field fields[] = {
    LAYER_INPUT(struct batch_norm_conf),
    CONF(struct batch_norm_conf, epsilon, .above_min = true, .max = 1, .preset = "1e-5",
         .doc = "Added to the variance.", .source = "PyTorch's BatchNorm2d"),
    CONF(struct batch_norm_conf, momentum, .max = 1, .preset = "0.1",
         .doc = "How far running statistics move towards those of a batch.",
         .source = "PyTorch's BatchNorm2d"),
    CONF_END,
};

static bool batch_norm_fit(struct fit *fit, struct err *err)
{
    const int32_t size[] = {fit->in.channels, 0};

    if (!fit_needs_image(fit, err))
        return false;
    norm_tensors(fit);
    fit_statistic(fit, "running_mean", (struct start){.value = 0}, size);
    fit_statistic(fit, "running_var", (struct start){.value = 1}, size);
    fit->out = fit->in;
    fit->kept_fixed = NORM_ROWS * blocks_of(fit->in.channels) * BLOCK;
    return true;
}

static int64_t batch_norm_work(const struct node *node, int64_t examples, bool training)
{
    (void)examples;
    (void)training;
    return NORM_ROWS * blocks_of(node->in.channels) * BLOCK;
}

static struct planes planes_of(const struct pass *pass)
{
    int64_t pixels = shape_pixels(pass->node->in);

    return (struct planes){.images = pass->examples,
                           .pixels = pixels,
                           .between = blocks_of(pass->node->in.channels) * pixels * BLOCK};
}

static void move_statistics(const struct pass *pass, int64_t c, double mean, double variance,
                            double count)
{
    const struct batch_norm_conf *conf = pass->node->conf;
    real *running_mean = pass->statistics, *running_var;

    if (!running_mean)
        return;
    running_var = running_mean + pass->node->in.channels;
    if (count > 1)
        variance *= count / (count - 1);
    running_mean[c] += (real)(conf->momentum * (mean - (double)running_mean[c]));
    running_var[c] += (real)(conf->momentum * (variance - (double)running_var[c]));
}

/* scale and offset of one block of channels, from the batch. */
static void measure_block(const struct pass *pass, const struct norm *norm, int64_t block)
{
    const struct batch_norm_conf *conf = pass->node->conf;
    struct planes planes = planes_of(pass);
    const real *x = pass->x + block * planes.pixels * BLOCK;
    int64_t channels = pass->node->in.channels;
    double sum[BLOCK], square[BLOCK], count = (double)(planes.images * planes.pixels);

    pass->kernels->sum_squares(&planes, x, x, sum, square);
    for (int64_t i = 0; i < BLOCK && block * BLOCK + i < channels; i++) {
        int64_t c = block * BLOCK + i;
        double away = sum[i] / count, mean = (double)x[i] + away;
        double variance = fmax(0, square[i] / count - away * away);

        if (isnan(square[i])) /* fmax would hide it */
            variance = square[i];
        norm_set(norm, c, mean, variance, conf->epsilon, (double)pass->w[c],
                 (double)pass->w[channels + c]);
        move_statistics(pass, c, mean, variance, count);
    }
}

static void batch_norm_forward(const struct pass *pass)
{
    const struct batch_norm_conf *conf = pass->node->conf;
    struct planes planes = planes_of(pass);
    int64_t channels = pass->node->in.channels, blocks = blocks_of(channels);
    struct norm norm = norm_at(pass->training ? pass->kept_fixed : pass->work, channels);

    memset(norm.scale, 0, (size_t)(NORM_ROWS * blocks * BLOCK) * sizeof(real));
    for (int64_t c = 0; c < channels && !pass->training; c++)
        norm_set(&norm, c, (double)pass->statistics[c], (double)pass->statistics[channels + c],
                 conf->epsilon, (double)pass->w[c], (double)pass->w[channels + c]);
    for (int64_t block = 0; block < blocks; block++) {
        int64_t at = block * planes.pixels * BLOCK, c = block * BLOCK;

        if (pass->training)
            measure_block(pass, &norm, block);
        pass->kernels->affine(&planes, pass->x + at, norm.scale + c, norm.offset + c,
                              pass->node->ceiling, pass->y + at);
    }
}

/* dx = scale (dy - mean(dy) - (x - mean) inverse^2 mean(dy (x - mean))) */
static void back_block(const struct pass *pass, const struct norm *norm, int64_t block)
{
    struct planes planes = planes_of(pass);
    int64_t at = block * planes.pixels * BLOCK, c = block * BLOCK;
    int64_t channels = pass->node->in.channels;
    struct affine_slopes slopes = {.planes = planes,
                                   .x = pass->x + at,
                                   .dy = pass->dy + at,
                                   .scale = norm->scale + c,
                                   .offset = norm->offset + c,
                                   .mean = norm->mean + c,
                                   .ceiling = pass->node->ceiling};
    double sum[BLOCK], product[BLOCK], count = (double)(planes.images * planes.pixels);
    real by_x[BLOCK] = {0}, constant[BLOCK] = {0};

    pass->kernels->sum_slopes(&slopes, sum, product);
    for (int64_t i = 0; i < BLOCK && c + i < channels; i++) {
        double scale = (double)norm->scale[c + i], inverse = (double)norm->inverse[c + i];
        double factor = -scale * inverse * inverse * product[i] / count;

        pass->dw[c + i] = (real)(product[i] * inverse);
        pass->dw[channels + c + i] = (real)sum[i];
        by_x[i] = (real)factor;
        constant[i] = (real)(-scale * sum[i] / count - factor * (double)norm->mean[c + i]);
    }
    if (pass->dx)
        pass->kernels->affine_back(&slopes, norm->scale + c, by_x, constant, pass->add_dx,
                                   pass->dx + at);
}

static void batch_norm_backward(const struct pass *pass)
{
    struct norm norm = norm_at(pass->kept_fixed, pass->node->in.channels);

    for (int64_t block = 0; block < blocks_of(pass->node->in.channels); block++)
        back_block(pass, &norm, block);
}

const struct layer_kind layer_batch_norm = {
    .kind = {.name = "batch_norm",
             .doc = "Each channel is brought to mean 0 and variance 1 over the batch, then "
                    "scaled; evaluation uses running statistics, which are no parameters.",
             .source = "Ioffe and Szegedy, ICML 2015",
             .fields = fields,
             .conf_size = sizeof(struct batch_norm_conf)},
    .cuts = true,
    .reads_input = true,
    .fit = batch_norm_fit,
    .work = batch_norm_work,
    .forward = batch_norm_forward,
    .backward = batch_norm_backward,
};
