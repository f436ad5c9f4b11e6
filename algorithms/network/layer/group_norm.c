/* SPDX-License-Identifier: MIT
 * group_norm.c -- groups of channels of one image are brought to mean 0 and variance 1.
 *
 * Wu and He, "Group normalization", ECCV 2018: no example sees another, so workers with small
 * batches learn as one with a large one. */
#include "algorithms/network/layer/norm.h"

static const struct field fields[] = {
    LAYER_INPUT(struct group_norm_conf),
    CONF(struct group_norm_conf, groups, .min = 1, .max = 100000, .preset = "32",
         .doc = "Groups, of equally many channels.", .source = "Wu and He, table 3"),
    CONF(struct group_norm_conf, epsilon, .above_min = true, .max = 1, .preset = "1e-5",
         .doc = "Added to the variance.", .source = "PyTorch's GroupNorm"),
    CONF_END,
};

static bool group_norm_fit(struct fit *fit, struct err *err)
{
    const struct group_norm_conf *conf = fit->conf;

    if (!fit_needs_image(fit, err))
        return false;
    if (fit->in.channels % conf->groups != 0)
        return err_set(err, "%s: %d channels cannot be cut into %lld equal groups", fit->what,
                       fit->in.channels, (long long)conf->groups);
    norm_tensors(fit);
    fit->out = fit->in;
    fit->kept_each = NORM_ROWS * blocks_of(fit->in.channels) * BLOCK;
    return true;
}

/* Two rows of doubles of one image, two of the batch; and a norm of one image. */
static int64_t group_norm_work(const struct node *node, int64_t examples, bool training)
{
    (void)examples;
    (void)training;
    return (NORM_ROWS + 4 * (int64_t)(sizeof(double) / sizeof(real))) *
           blocks_of(node->in.channels) * BLOCK;
}

struct sums {
    double *first, *second; /* of each channel of one image */
    double *weight, *bias;  /* of each channel of the batch */
};

static struct sums sums_of(const struct pass *pass)
{
    int64_t row = blocks_of(pass->node->in.channels) * BLOCK;
    double *base = (double *)(pass->work + NORM_ROWS * row);

    return (struct sums){base, base + row, base + 2 * row, base + 3 * row};
}

static struct norm norm_of_image(const struct pass *pass, int64_t image)
{
    int64_t channels = pass->node->in.channels;
    real *kept = pass->training ? pass->kept + image * pass->node->kept_each : pass->work;

    return norm_at(kept, channels);
}

/* All channels of a group have its mean and variance: sums of x - shift, shift the image's
 * first number of the channel, are put together as sums of x - first shift. */
static void measure_group(const struct pass *pass, const real *x, const struct sums *sums,
                          const struct norm *norm, int64_t from, int64_t to)
{
    const struct group_norm_conf *conf = pass->node->conf;
    double pixels = (double)shape_pixels(pass->node->in), sum = 0, square = 0;
    int64_t channels = pass->node->in.channels, plane = shape_pixels(pass->node->in) * BLOCK;
    double base = (double)x[from / BLOCK * plane + from % BLOCK];
    double count = pixels * (double)(to - from), variance;

    for (int64_t c = from; c < to; c++) {
        double away = (double)x[c / BLOCK * plane + c % BLOCK] - base;

        sum += sums->first[c] + pixels * away;
        square += sums->second[c] + 2 * away * sums->first[c] + pixels * away * away;
    }
    variance = square / count - sum / count * (sum / count);
    variance = variance < 0 ? 0 : variance;
    for (int64_t c = from; c < to; c++)
        norm_set(norm, c, base + sum / count, variance, conf->epsilon, (double)pass->w[c],
                 (double)pass->w[channels + c]);
}

static void group_norm_forward(const struct pass *pass)
{
    const struct group_norm_conf *conf = pass->node->conf;
    int64_t channels = pass->node->in.channels, blocks = blocks_of(channels);
    int64_t pixels = shape_pixels(pass->node->in), size = channels / conf->groups;
    struct planes plane = {.images = 1, .pixels = pixels};
    struct sums sums = sums_of(pass);

    for (int64_t n = 0; n < pass->examples; n++) {
        struct norm norm = norm_of_image(pass, n);
        const real *x = pass->x + n * blocks * pixels * BLOCK;
        real *y = pass->y + n * blocks * pixels * BLOCK;

        memset(norm.scale, 0, (size_t)(NORM_ROWS * blocks * BLOCK) * sizeof(real));
        for (int64_t b = 0; b < blocks; b++)
            pass->kernels->sum_squares(&plane, x + b * pixels * BLOCK, x + b * pixels * BLOCK,
                                       sums.first + b * BLOCK, sums.second + b * BLOCK);
        for (int64_t c = 0; c < channels; c += size)
            measure_group(pass, x, &sums, &norm, c, c + size);
        for (int64_t b = 0; b < blocks; b++)
            pass->kernels->affine(&plane, x + b * pixels * BLOCK, norm.scale + b * BLOCK,
                                  norm.offset + b * BLOCK, pass->node->ceiling,
                                  y + b * pixels * BLOCK);
    }
}

/* dx = scale dy - inverse mean(weight dy) - (x - mean) inverse^3 mean(weight dy (x - mean)) */
static void back_group(const struct pass *pass, const struct sums *sums,
                       const struct norm *norm, int64_t from, int64_t to, real *by_x,
                       real *constant)
{
    double sum = 0, product = 0, inverse = (double)norm->inverse[from];
    double count = (double)((to - from) * shape_pixels(pass->node->in)), factor;

    for (int64_t c = from; c < to; c++) {
        sum += (double)pass->w[c] * sums->first[c];
        product += (double)pass->w[c] * sums->second[c];
        sums->weight[c] += sums->second[c] * inverse;
        sums->bias[c] += sums->first[c];
    }
    factor = -inverse * inverse * inverse * product / count;
    for (int64_t c = from; c < to; c++) {
        by_x[c] = (real)factor;
        constant[c] = (real)(-inverse * sum / count - factor * (double)norm->mean[c]);
    }
}

static struct affine_slopes slopes_of(const struct pass *pass, const struct norm *norm,
                                      int64_t image, int64_t block)
{
    int64_t pixels = shape_pixels(pass->node->in);
    int64_t at = (image * blocks_of(pass->node->in.channels) + block) * pixels * BLOCK;

    return (struct affine_slopes){.planes = {.images = 1, .pixels = pixels},
                                  .x = pass->x + at,
                                  .dy = pass->dy + at,
                                  .scale = norm->scale + block * BLOCK,
                                  .offset = norm->offset + block * BLOCK,
                                  .mean = norm->mean + block * BLOCK,
                                  .ceiling = pass->node->ceiling};
}

static void back_image(const struct pass *pass, const struct sums *sums, int64_t image)
{
    const struct group_norm_conf *conf = pass->node->conf;
    int64_t channels = pass->node->in.channels, blocks = blocks_of(channels);
    int64_t size = channels / conf->groups;
    real *by_x = pass->work, *constant = pass->work + blocks * BLOCK;
    struct norm norm = norm_of_image(pass, image);

    memset(pass->work, 0, (size_t)(2 * blocks * BLOCK) * sizeof(real));
    for (int64_t b = 0; b < blocks; b++) {
        struct affine_slopes slopes = slopes_of(pass, &norm, image, b);

        pass->kernels->sum_slopes(&slopes, sums->first + b * BLOCK, sums->second + b * BLOCK);
    }
    for (int64_t c = 0; c < channels; c += size)
        back_group(pass, sums, &norm, c, c + size, by_x, constant);
    for (int64_t b = 0; b < blocks && pass->dx; b++) {
        struct affine_slopes slopes = slopes_of(pass, &norm, image, b);

        pass->kernels->affine_back(&slopes, slopes.scale, by_x + b * BLOCK,
                                   constant + b * BLOCK, pass->add_dx,
                                   pass->dx + (slopes.x - pass->x));
    }
}

static void group_norm_backward(const struct pass *pass)
{
    int64_t channels = pass->node->in.channels;
    struct sums sums = sums_of(pass);

    memset(sums.weight, 0, (size_t)channels * sizeof *sums.weight);
    memset(sums.bias, 0, (size_t)channels * sizeof *sums.bias);
    for (int64_t n = 0; n < pass->examples; n++)
        back_image(pass, &sums, n);
    for (int64_t c = 0; c < channels; c++) {
        pass->dw[c] = (real)sums.weight[c];
        pass->dw[channels + c] = (real)sums.bias[c];
    }
}

const struct layer_kind layer_group_norm = {
    .kind = {.name = "group_norm",
             .doc = "Groups of channels of each image are brought to mean 0 and variance 1, "
                    "then scaled; examples do not see each other.",
             .source = "Wu and He, ECCV 2018",
             .fields = fields,
             .conf_size = sizeof(struct group_norm_conf)},
    .cuts = true,
    .reads_input = true,
    .fit = group_norm_fit,
    .work = group_norm_work,
    .forward = group_norm_forward,
    .backward = group_norm_backward,
};
