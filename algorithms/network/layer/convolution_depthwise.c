/* SPDX-License-Identifier: MIT
 * convolution_depthwise.c -- a convolution of each channel alone, a block of channels at a
 * time.
 *
 * A plane of one block is staged with its border (it fits the first or second cache), and the
 * kernel's taps walk over it. */
#include "algorithms/network/layer/convolution.h"

struct work {
    real *weights; /* real[taps][BLOCK] */
    real *staged;
    int64_t *tap;
    struct phase *phase;
};

/* Planes as they are staged, forward and backward; each of `phases`^2 parts. */
static struct stage forward_stage(const struct node *node)
{
    const struct convolution_conf *conf = node->conf;
    int64_t more = (conf->kernel - 1) / conf->stride;

    return (struct stage){.height = node->in.height,
                          .width = node->in.width,
                          .step = conf->stride,
                          .rows = node->out.height + more,
                          .columns = node->out.width + more,
                          .planes = 1};
}

static struct stage backward_stage(const struct node *node)
{
    struct border down = convolution_border(node, node->in.height, node->out.height);
    struct border across = convolution_border(node, node->in.width, node->out.width);

    return (struct stage){.height = node->out.height,
                          .width = node->out.width,
                          .step = 1,
                          .first_row = -down.before,
                          .first_column = -across.before,
                          .rows = down.before + node->out.height + down.after,
                          .columns = across.before + node->out.width + across.after,
                          .planes = 1};
}

static int64_t phases_of(const struct convolution_conf *conf)
{
    return conf->kernel < conf->stride ? conf->kernel : conf->stride;
}

static struct work carve_work(const struct node *node, real *base, int64_t *ret_reals)
{
    const struct convolution_conf *conf = node->conf;
    struct carver carver = {.base = base};
    struct stage forward = forward_stage(node), backward = backward_stage(node);
    int64_t taps = conf->kernel * conf->kernel, phases = phases_of(conf);
    int64_t there = phases * phases * forward.rows * forward.columns;
    int64_t back = backward.rows * backward.columns;
    struct work work;

    work.weights = carve(&carver, taps * BLOCK);
    work.staged = carve(&carver, (there > back ? there : back) * BLOCK);
    work.tap = carve(&carver, taps * (int64_t)(sizeof(int64_t) / sizeof(real)));
    work.phase = carve(&carver, (int64_t)(sizeof(struct phase) / sizeof(real)));
    *ret_reals = carver.used;
    return work;
}

int64_t convolution_depthwise_work(const struct node *node)
{
    int64_t reals;

    carve_work(node, NULL, &reals);
    return reals;
}

/* Weights of one block of channels, of some taps. */
static void turn_weights(const struct pass *pass, int64_t block, const int32_t *tap,
                         int64_t taps, real *weights)
{
    const struct convolution_conf *conf = pass->node->conf;
    int64_t all = conf->kernel * conf->kernel;

    for (int64_t t = 0; t < taps; t++)
        for (int64_t lane = 0; lane < BLOCK; lane++) {
            int64_t c = block * BLOCK + lane;

            weights[t * BLOCK + lane] = c < conf->outputs ? pass->w[c * all + tap[t]] : 0;
        }
}

static void stage_plane(const struct node *node, const real *x, real *staged)
{
    const struct convolution_conf *conf = node->conf;
    struct stage s = forward_stage(node);

    for (int64_t i = 0; i < phases_of(conf); i++)
        for (int64_t j = 0; j < phases_of(conf); j++) {
            s.first_row = i - conf->padding;
            s.first_column = j - conf->padding;
            stage(&s, x, staged + (i * phases_of(conf) + j) * s.rows * s.columns * BLOCK);
        }
}

static void list_taps(const struct node *node, int64_t *tap, int32_t *place)
{
    const struct convolution_conf *conf = node->conf;
    struct stage s = forward_stage(node);

    for (int64_t t = 0; t < conf->kernel * conf->kernel; t++) {
        int64_t row = t / conf->kernel, column = t % conf->kernel;
        int64_t phase = row % conf->stride * phases_of(conf) + column % conf->stride;

        place[t] = (int32_t)t;
        tap[t] =
            ((phase * s.rows + row / conf->stride) * s.columns + column / conf->stride) * BLOCK;
    }
}

void convolution_depthwise_forward(const struct pass *pass)
{
    const struct node *node = pass->node;
    const struct convolution_conf *conf = node->conf;
    int64_t used, blocks = blocks_of(conf->outputs);
    struct work work = carve_work(node, pass->work, &used);
    struct depthwise d = {.x = work.staged,
                          .x_pitch = forward_stage(node).columns * BLOCK,
                          .tap = work.tap,
                          .taps = conf->kernel * conf->kernel,
                          .w = work.weights,
                          .y_pixel = BLOCK,
                          .y_pitch = node->out.width * BLOCK,
                          .rows = node->out.height,
                          .columns = node->out.width,
                          .add = conf->bias};

    list_taps(node, work.tap, work.phase->tap);
    for (int64_t block = 0; block < blocks; block++) {
        turn_weights(pass, block, work.phase->tap, d.taps, work.weights);
        for (int64_t n = 0; n < pass->examples; n++) {
            int64_t plane = n * blocks + block;

            stage_plane(node, pass->x + plane * shape_pixels(node->in) * BLOCK, work.staged);
            d.y = pass->y + plane * shape_pixels(node->out) * BLOCK;
            pass->kernels->depthwise(&d);
        }
    }
}

void convolution_depthwise_to_weights(const struct pass *pass)
{
    const struct node *node = pass->node;
    const struct convolution_conf *conf = node->conf;
    int64_t used, blocks = blocks_of(conf->outputs), taps = conf->kernel * conf->kernel;
    struct work work = carve_work(node, pass->work, &used);
    struct depthwise_weights d = {.x = work.staged,
                                  .x_pitch = forward_stage(node).columns * BLOCK,
                                  .tap = work.tap,
                                  .taps = taps,
                                  .rows = node->out.height,
                                  .columns = node->out.width,
                                  .dw = work.weights};

    list_taps(node, work.tap, work.phase->tap);
    for (int64_t block = 0; block < blocks; block++) {
        memset(work.weights, 0, (size_t)(taps * BLOCK) * sizeof(real));
        for (int64_t n = 0; n < pass->examples; n++) {
            int64_t plane = n * blocks + block;

            stage_plane(node, pass->x + plane * shape_pixels(node->in) * BLOCK, work.staged);
            d.dy = pass->dy + plane * shape_pixels(node->out) * BLOCK;
            pass->kernels->depthwise_weights(&d);
        }
        for (int64_t c = block * BLOCK; c < (block + 1) * BLOCK && c < conf->outputs; c++)
            for (int64_t t = 0; t < taps; t++)
                pass->dw[c * taps + t] = work.weights[t * BLOCK + c % BLOCK];
    }
}

/* The rows and columns of dx that are (row, column) modulo the stride. */
static void back_phase(const struct pass *pass, const struct work *work, int64_t block,
                       const real *staged, int64_t row, int64_t column, real *dx)
{
    const struct node *node = pass->node;
    const struct convolution_conf *conf = node->conf;
    struct stage s = backward_stage(node);
    const struct phase *phase = work->phase;
    struct depthwise d = {.x = staged,
                          .x_pitch = s.columns * BLOCK,
                          .tap = work->tap,
                          .taps = phase->taps,
                          .w = work->weights,
                          .y = dx + (row * node->in.width + column) * BLOCK,
                          .y_pixel = conf->stride * BLOCK,
                          .y_pitch = conf->stride * node->in.width * BLOCK,
                          .rows = phase->rows,
                          .columns = phase->columns,
                          .add = pass->add_dx};

    turn_weights(pass, block, phase->tap, phase->taps, work->weights);
    for (int64_t t = 0; t < phase->taps; t++)
        work->tap[t] =
            ((phase->row[t] - s.first_row) * s.columns + phase->column[t] - s.first_column) *
            BLOCK;
    pass->kernels->depthwise(&d);
}

void convolution_depthwise_to_data(const struct pass *pass)
{
    const struct node *node = pass->node;
    const struct convolution_conf *conf = node->conf;
    int64_t used, blocks = blocks_of(conf->outputs);
    struct work work = carve_work(node, pass->work, &used);
    struct stage s = backward_stage(node);

    for (int64_t plane = 0; plane < pass->examples * blocks; plane++) {
        stage(&s, pass->dy + plane * shape_pixels(node->out) * BLOCK, work.staged);
        for (int64_t row = 0; row < conf->stride; row++)
            for (int64_t column = 0; column < conf->stride; column++) {
                convolution_phase(node, row, column, work.phase);
                back_phase(pass, &work, plane % blocks, work.staged, row, column,
                           pass->dx + plane * shape_pixels(node->in) * BLOCK);
            }
    }
}
