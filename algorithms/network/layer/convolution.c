/* SPDX-License-Identifier: MIT
 * convolution.c -- every output pixel is a weighted sum of a window of the input, for each
 * channel.
 *
 * w: real[outputs][inputs / groups][kernel][kernel], b: real[outputs], as PyTorch's Conv2d.
 * groups = inputs = outputs is depthwise (MobileNet's). */
#include "algorithms/network/layer/convolution.h"

static const struct field fields[] = {
    LAYER_INPUT(struct convolution_conf),
    CONF(struct convolution_conf, outputs, .min = 1, .max = 1000000,
         .doc = "Channels of its output."),
    CONF(struct convolution_conf, kernel, .min = 1, .max = KERNEL_MOST,
         .doc = "Height and width of the window."),
    CONF(struct convolution_conf, stride, .min = 1, .max = 10000, .preset = "1",
         .doc = "Steps of the window."),
    CONF(struct convolution_conf, padding, .max = 10000, .preset = "0",
         .doc = "Rows and columns of zeros around the image."),
    CONF(struct convolution_conf, groups, .min = 1, .max = 1000000, .preset = "1",
         .doc = "Groups of channels that do not see each other; as many as there are channels: "
                "depthwise."),
    CONF(struct convolution_conf, bias, .preset = "no", .doc = "Whether it adds a constant."),
    CONF_END,
};

static bool convolution_fit(struct fit *fit, struct err *err)
{
    const struct convolution_conf *conf = fit->conf;
    int32_t inputs = fit->in.channels / (int32_t)conf->groups;
    int32_t outputs = (int32_t)conf->outputs, kernel = (int32_t)conf->kernel;
    double bound = 1 / sqrt((double)inputs * kernel * kernel);

    if (!fit_needs_image(fit, err) ||
        !window_fits(fit, "kernel", conf->kernel, conf->padding, err))
        return false;
    if (fit->in.channels % conf->groups || conf->outputs % conf->groups)
        return err_set(err,
                       "%s: %d input and %d output channels cannot be cut into %lld groups",
                       fit->what, fit->in.channels, outputs, (long long)conf->groups);
    fit_parameter(fit, "weight", (struct start){.bound = bound},
                  (int32_t[]){outputs, inputs, kernel, kernel});
    if (conf->bias)
        fit_parameter(fit, "bias", (struct start){.bound = bound}, (int32_t[]){outputs, 0});
    fit->out = (struct shape){
        .channels = outputs,
        .height = (int32_t)window_steps(fit->in.height, kernel, conf->stride, conf->padding),
        .width = (int32_t)window_steps(fit->in.width, kernel, conf->stride, conf->padding)};
    fit->multiply_adds = shape_count(fit->out) * inputs * kernel * kernel;
    return true;
}

static bool is_depthwise(const struct node *node)
{
    const struct convolution_conf *conf = node->conf;

    return conf->groups > 1 && conf->groups == node->in.channels &&
           conf->groups == node->out.channels;
}

static bool convolution_takes_plain(const struct node *node)
{
    const struct convolution_conf *conf = node->conf;

    return conf->groups == 1;
}

static int64_t convolution_work(const struct node *node, int64_t examples, bool training)
{
    return is_depthwise(node) ? convolution_depthwise_work(node)
                              : convolution_blocks_work(node, examples, training);
}

/* y begins as the bias, to which the sums are added. */
static void write_bias(const struct pass *pass)
{
    const struct node *node = pass->node;
    int64_t pixels = shape_pixels(node->out), channels = node->out.channels;
    real *y = pass->y;

    for (int64_t n = 0; n < pass->examples; n++)
        for (int64_t c = 0; c < channels; c += BLOCK) {
            const real *bias = pass->w + node->parameters - channels + c;
            real block[BLOCK] = {0};

            memcpy(block, bias,
                   (size_t)(channels - c < BLOCK ? channels - c : BLOCK) * sizeof *bias);
            for (int64_t i = 0; i < pixels; i++, y += BLOCK)
                memcpy(y, block, sizeof block);
        }
}

static void sum_bias(const struct pass *pass)
{
    const struct node *node = pass->node;
    int64_t pixels = shape_pixels(node->out), channels = node->out.channels;
    int64_t image = layer_numbers(node->out);
    real *slope = pass->dw + node->parameters - channels;

    for (int64_t c = 0; c < channels; c += BLOCK) {
        double sum[BLOCK] = {0};

        for (int64_t n = 0; n < pass->examples; n++)
            for (int64_t i = 0; i < pixels; i++)
                for (int64_t lane = 0; lane < BLOCK; lane++)
                    sum[lane] += (double)pass->dy[n * image + c * pixels + i * BLOCK + lane];
        for (int64_t lane = 0; lane < BLOCK && c + lane < channels; lane++)
            slope[c + lane] = (real)sum[lane];
    }
}

static void convolution_forward(const struct pass *pass)
{
    const struct convolution_conf *conf = pass->node->conf;

    if (conf->bias)
        write_bias(pass);
    if (is_depthwise(pass->node))
        convolution_depthwise_forward(pass);
    else
        convolution_blocks_forward(pass);
}

static void convolution_backward(const struct pass *pass)
{
    const struct convolution_conf *conf = pass->node->conf;
    bool depthwise = is_depthwise(pass->node);

    if (conf->bias)
        sum_bias(pass);
    if (depthwise)
        convolution_depthwise_to_weights(pass);
    else
        convolution_blocks_to_weights(pass);
    if (!pass->dx)
        return;
    if (depthwise)
        convolution_depthwise_to_data(pass);
    else
        convolution_blocks_to_data(pass);
}

const struct layer_kind layer_convolution = {
    .kind = {.name = "convolution",
             .doc = "Every pixel of its output is a weighted sum of a window of its input.",
             .fields = fields,
             .conf_size = sizeof(struct convolution_conf)},
    .reads_input = true,
    .fit = convolution_fit,
    .takes_plain = convolution_takes_plain,
    .work = convolution_work,
    .forward = convolution_forward,
    .backward = convolution_backward,
};
