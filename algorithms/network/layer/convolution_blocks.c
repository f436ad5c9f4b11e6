/* SPDX-License-Identifier: MIT
 * convolution_blocks.c -- a convolution as tiles of pixels times blocks of channels.
 *
 * Images are brought into a form without borders and strides, a few at a time so that they stay
 * in the cache, and weights are packed once a call:
 *   plain input          patches: what a window sees becomes channels of one pixel
 *   1 x 1, no stride     as it lies; the pixels of an image are one row
 *   anything else        with its border of zeros, one small image per remainder of the stride
 */
#include "algorithms/network/layer/convolution.h"

enum way { WAY_PATCHES, WAY_AS_IT_IS, WAY_STAGED };

/* A convolution whose input has been brought into form. */
struct form {
    enum way way;
    int64_t inputs; /* channels, as the tiles see them */
    int64_t side;   /* taps in a row of the kernel, likewise */
    int64_t image;  /* reals of a staged image */
    int64_t pitch, plane;
    int64_t rows, columns; /* of outputs, as the tiles walk them, per image */
    int64_t group;         /* images that are staged at once */
};

struct work {
    real *packed, *staged;
    real *patch; /* for gather_patches */
    int64_t *tap;
    struct phase *phase;
};

static int64_t group_of(int64_t image_reals, int64_t examples)
{
    int64_t group = STAGED_BYTES / (image_reals * (int64_t)sizeof(real));

    group = group < 1 ? 1 : group;
    return group < examples ? group : examples;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static struct form form_of(const struct node *node, int64_t examples)
{
    const struct convolution_conf *conf = node->conf;
    struct form f = {.inputs = node->in.channels, .side = conf->kernel};

    f.rows = 1;
    f.columns = shape_pixels(node->out);
    f.plane = f.columns * BLOCK;
    if (node->plain) {
        f.way = WAY_PATCHES;
        f.inputs *= conf->kernel * conf->kernel;
        f.side = 1;
    } else if (conf->kernel == 1 && conf->stride == 1 && conf->padding == 0) {
        f.way = WAY_AS_IT_IS;
    } else {
        int64_t phases = smaller(conf->kernel, conf->stride);
        int64_t more = (conf->kernel - 1) / conf->stride;

        f.way = WAY_STAGED;
        f.rows = node->out.height;
        f.columns = node->out.width;
        f.pitch = (f.columns + more) * BLOCK;
        f.plane = phases * phases * (f.rows + more) * f.pitch;
    }
    f.image = blocks_of(f.inputs) * f.plane;
    f.group = group_of(f.image, examples);
    return f;
}

static struct packing packing_of(const struct node *node, const struct form *form,
                                 const struct kernels *kernels)
{
    const struct convolution_conf *conf = node->conf;

    return (struct packing){.outputs = conf->outputs,
                            .inputs = form->inputs,
                            .groups = conf->groups,
                            .kernel_taps = form->side * form->side,
                            .taps = form->side * form->side,
                            .vectors = kernels->vectors};
}

/* -- Forms ----------------------------------------------------------------------------------
 */

static void stage_image(const struct node *node, const struct form *form, const real *x,
                        real *to)
{
    const struct convolution_conf *conf = node->conf;
    int64_t phases = smaller(conf->kernel, conf->stride);
    int64_t more = (conf->kernel - 1) / conf->stride;
    struct stage s = {.height = node->in.height,
                      .width = node->in.width,
                      .step = conf->stride,
                      .rows = form->rows + more,
                      .columns = form->columns + more,
                      .planes = blocks_of(node->in.channels),
                      .to_plane = form->plane};

    for (int64_t i = 0; i < phases; i++)
        for (int64_t j = 0; j < phases; j++) {
            s.first_row = i - conf->padding;
            s.first_column = j - conf->padding;
            stage(&s, x, to + (i * phases + j) * s.rows * s.columns * BLOCK);
        }
}

static struct patches patches_of(const struct node *node)
{
    const struct convolution_conf *conf = node->conf;

    return (struct patches){.channels = node->in.channels,
                            .height = node->in.height,
                            .width = node->in.width,
                            .kernel = conf->kernel,
                            .stride = conf->stride,
                            .padding = conf->padding,
                            .rows = node->out.height,
                            .columns = node->out.width};
}

/* Images [first, first + count) in form; those that lie right already are not moved. */
static const real *bring_into_form(const struct pass *pass, const struct form *form,
                                   int64_t first, int64_t count, const struct work *work)
{
    const struct node *node = pass->node;
    int64_t size = node->plain ? shape_count(node->in) : layer_numbers(node->in);
    struct patches patches = patches_of(node);

    if (form->way == WAY_AS_IT_IS)
        return pass->x + first * size;
    for (int64_t n = 0; n < count; n++) {
        const real *x = pass->x + (first + n) * size;
        real *to = work->staged + n * form->image;

        if (form->way == WAY_PATCHES)
            gather_patches(&patches, x, work->patch, to);
        else
            stage_image(node, form, x, to);
    }
    return work->staged;
}

/* tap[block][tap]: where they read, in reals from the pixel; and their places in w. */
static void list_taps(const struct node *node, const struct form *form, int64_t *tap,
                      int32_t *place)
{
    const struct convolution_conf *conf = node->conf;
    int64_t taps = form->side * form->side;
    int64_t phases = smaller(conf->kernel, conf->stride);

    for (int64_t t = 0; t < taps; t++) {
        int64_t r = t / form->side, s = t % form->side;
        int64_t phase = r % conf->stride * phases + s % conf->stride;
        int64_t at = phase * (form->rows + (conf->kernel - 1) / conf->stride) * form->pitch +
                     r / conf->stride * form->pitch + s / conf->stride * BLOCK;

        place[t] = (int32_t)t;
        for (int64_t block = 0; block < blocks_of(form->inputs); block++)
            tap[block * taps + t] = block * form->plane + (form->way == WAY_STAGED ? at : 0);
    }
}

/* -- Work -----------------------------------------------------------------------------------
 */

enum { REALS_OF_64 = sizeof(int64_t) / sizeof(real) };

/* Staged dy: with the rows and columns that the taps of all phases reach. */
static void slope_plane(const struct node *node, int64_t *ret_rows, int64_t *ret_columns)
{
    struct border down = convolution_border(node, node->in.height, node->out.height);
    struct border across = convolution_border(node, node->in.width, node->out.width);

    *ret_rows = down.before + node->out.height + down.after;
    *ret_columns = across.before + node->out.width + across.after;
}

static struct work carve_work(const struct node *node, int64_t examples, real *base,
                              int64_t *ret_reals)
{
    const struct convolution_conf *conf = node->conf;
    struct form form = form_of(node, examples);
    struct patches patches = patches_of(node);
    struct carver carver = {.base = base};
    struct work work;
    int64_t rows, columns, image, staged = form.group * form.image;
    int64_t taps = conf->kernel * conf->kernel;
    int64_t inputs = blocks_of(form.inputs), outputs = blocks_of(node->out.channels);
    int64_t most = inputs > outputs ? inputs : outputs;

    slope_plane(node, &rows, &columns);
    image = outputs * rows * columns * BLOCK;
    if (group_of(image, examples) * image > staged)
        staged = group_of(image, examples) * image;
    work.packed = carve(&carver, inputs * outputs * BLOCK * BLOCK * taps);
    work.staged = carve(&carver, staged);
    work.patch = carve(&carver, node->plain ? patches_scratch(&patches) : 0);
    work.tap = carve(&carver, most * taps * REALS_OF_64);
    work.phase = carve(&carver, (int64_t)(sizeof(struct phase) / sizeof(real)));
    *ret_reals = carver.used;
    return work;
}

int64_t convolution_blocks_work(const struct node *node, int64_t examples, bool training)
{
    int64_t reals;

    (void)training;
    carve_work(node, examples, NULL, &reals);
    return reals;
}

/* -- Forward --------------------------------------------------------------------------------
 */

/* One tile of outputs of `count` images. */
static void forward_tile(const struct pass *pass, const struct form *form, int64_t count,
                         struct convolve c)
{
    int64_t out = layer_numbers(pass->node->out);

    if (form->way == WAY_STAGED) {
        for (int64_t n = 0; n < count; n++, c.x += form->image, c.y += out)
            pass->kernels->convolve(&c);
        return;
    }
    c.x_pitch = form->image; /* an image is a row */
    c.y_pitch = out;
    c.rows = count;
    pass->kernels->convolve(&c);
}

void convolution_blocks_forward(const struct pass *pass)
{
    const struct node *node = pass->node;
    const struct convolution_conf *conf = node->conf;
    struct form form = form_of(node, pass->examples);
    struct packing packing = packing_of(node, &form, pass->kernels);
    int64_t used, pixels = shape_pixels(node->out);
    struct work work = carve_work(node, pass->examples, pass->work, &used);

    list_taps(node, &form, work.tap, work.phase->tap);
    packing.tap = work.phase->tap;
    pack_weights(&packing, pass->w, work.packed);
    for (int64_t n = 0; n < pass->examples; n += form.group) {
        int64_t count = smaller(form.group, pass->examples - n);
        const real *x = bring_into_form(pass, &form, n, count, &work);

        for (int64_t k = 0; k < blocks_of(conf->outputs); k += packing.vectors) {
            int64_t begin, end;

            packing_range(&packing, k, &begin, &end);
            forward_tile(pass, &form, count,
                         (struct convolve){
                             .x = x,
                             .x_pitch = form.pitch,
                             .tap = work.tap + begin * packing.taps,
                             .taps = (end - begin) * packing.taps,
                             .w = work.packed + packed_at(&packing, k),
                             .vectors = smaller(packing.vectors, blocks_of(conf->outputs) - k),
                             .y = pass->y + n * layer_numbers(node->out) + k * pixels * BLOCK,
                             .y_pixel = BLOCK,
                             .y_pitch = form.columns * BLOCK,
                             .y_block = pixels * BLOCK,
                             .rows = form.rows,
                             .columns = form.columns,
                             .add = conf->bias});
        }
    }
}

/* -- Backward to the weights ----------------------------------------------------------------
 */

static void weights_tile(const struct pass *pass, const struct packing *packing, int64_t k,
                         const int64_t *tap, const real *x, real *packed,
                         struct convolve_weights c)
{
    int64_t begin, end;
    real *dw = packed + packed_at(packing, k);

    packing_range(packing, k, &begin, &end);
    for (int64_t i = begin * packing->taps; i < end * packing->taps; i++) {
        c.x = x + tap[i];
        c.dw = dw;
        pass->kernels->convolve_weights(&c);
        dw += BLOCK * c.vectors * BLOCK;
    }
}

void convolution_blocks_to_weights(const struct pass *pass)
{
    const struct node *node = pass->node;
    const struct convolution_conf *conf = node->conf;
    struct form form = form_of(node, pass->examples);
    struct packing packing = packing_of(node, &form, pass->kernels);
    int64_t used, pixels = shape_pixels(node->out), out = layer_numbers(node->out);
    struct work work = carve_work(node, pass->examples, pass->work, &used);

    list_taps(node, &form, work.tap, work.phase->tap);
    packing.tap = work.phase->tap;
    memset(work.packed, 0, (size_t)packed_reals(&packing) * sizeof(real));
    for (int64_t n = 0; n < pass->examples; n += form.group) {
        int64_t count = smaller(form.group, pass->examples - n);
        const real *x = bring_into_form(pass, &form, n, count, &work);

        for (int64_t k = 0; k < blocks_of(conf->outputs); k += packing.vectors)
            weights_tile(pass, &packing, k, work.tap, x, work.packed,
                         (struct convolve_weights){
                             .x_pitch = form.pitch,
                             .x_image = form.image,
                             .dy = pass->dy + n * out + k * pixels * BLOCK,
                             .y_pitch = form.columns * BLOCK,
                             .y_image = out,
                             .y_block = pixels * BLOCK,
                             .vectors = smaller(packing.vectors, blocks_of(conf->outputs) - k),
                             .images = count,
                             .rows = form.rows,
                             .columns = form.columns});
    }
    unpack_weights(&packing, work.packed, pass->dw);
}

/* -- Backward to the data -------------------------------------------------------------------
 */

/* dy of some images, with its border where taps reach beyond it. */
struct slopes {
    struct stage stage;
    int64_t image; /* reals */
    int64_t group;
    bool moved; /* false: as it lies */
};

static struct slopes slopes_of(const struct node *node, int64_t examples)
{
    struct slopes s = {.stage = {.height = node->out.height,
                                 .width = node->out.width,
                                 .step = 1,
                                 .planes = blocks_of(node->out.channels)}};

    slope_plane(node, &s.stage.rows, &s.stage.columns);
    s.stage.first_row = -convolution_border(node, node->in.height, node->out.height).before;
    s.stage.first_column = -convolution_border(node, node->in.width, node->out.width).before;
    s.stage.to_plane = s.stage.rows * s.stage.columns * BLOCK;
    s.image = s.stage.planes * s.stage.to_plane;
    s.group = group_of(s.image, examples);
    s.moved = s.stage.rows != node->out.height || s.stage.columns != node->out.width;
    return s;
}

static const real *stage_slopes(const struct slopes *s, const real *dy, int64_t out,
                                int64_t count, real *staged)
{
    if (!s->moved)
        return dy;
    for (int64_t n = 0; n < count; n++)
        stage(&s->stage, dy + n * out, staged + n * s->image);
    return staged;
}

static void phase_taps(const struct slopes *s, const struct phase *phase, int64_t *tap)
{
    for (int64_t block = 0; block < s->stage.planes; block++)
        for (int64_t t = 0; t < phase->taps; t++)
            tap[block * phase->taps + t] =
                block * s->stage.to_plane +
                ((phase->row[t] - s->stage.first_row) * s->stage.columns + phase->column[t] -
                 s->stage.first_column) *
                    BLOCK;
}

/* One tile of input channels of `count` images.  Without stride and border an image is a row.
 */
static void back_tile(const struct pass *pass, const struct slopes *s, int64_t count,
                      struct convolve c)
{
    int64_t in = layer_numbers(pass->node->in);
    const struct convolution_conf *conf = pass->node->conf;

    if (conf->kernel == 1 && conf->stride == 1 && conf->padding == 0) {
        c.columns *= c.rows;
        c.rows = count;
        c.x_pitch = s->image;
        c.y_pitch = in;
        pass->kernels->convolve(&c);
        return;
    }
    for (int64_t n = 0; n < count; n++, c.x += s->image, c.y += in)
        pass->kernels->convolve(&c);
}

/* The rows and columns of dx that are (row, column) modulo the stride. */
static void back_phase(const struct pass *pass, const struct slopes *s, struct packing *packing,
                       const struct work *work, int64_t row, int64_t column)
{
    const struct node *node = pass->node;
    const struct convolution_conf *conf = node->conf;
    int64_t width = node->in.width, pixels = shape_pixels(node->in);
    const struct phase *phase = work->phase;

    phase_taps(s, phase, work->tap);
    packing->tap = phase->tap;
    packing->taps = phase->taps;
    pack_weights(packing, pass->w, work->packed);
    for (int64_t n = 0; n < pass->examples; n += s->group) {
        int64_t count = smaller(s->group, pass->examples - n);
        const real *dy = stage_slopes(s, pass->dy + n * layer_numbers(node->out),
                                      layer_numbers(node->out), count, work->staged);

        for (int64_t c = 0; c < blocks_of(packing->outputs); c += packing->vectors) {
            int64_t begin, end;

            packing_range(packing, c, &begin, &end);
            back_tile(pass, s, count,
                      (struct convolve){
                          .x = dy,
                          .x_pitch = s->stage.columns * BLOCK,
                          .tap = work->tap + begin * phase->taps,
                          .taps = (end - begin) * phase->taps,
                          .w = work->packed + packed_at(packing, c),
                          .vectors = smaller(packing->vectors, blocks_of(packing->outputs) - c),
                          .y = pass->dx + n * layer_numbers(node->in) +
                               (c * pixels + row * width + column) * BLOCK,
                          .y_pixel = conf->stride * BLOCK,
                          .y_pitch = conf->stride * width * BLOCK,
                          .y_block = pixels * BLOCK,
                          .rows = phase->rows,
                          .columns = phase->columns,
                          .add = pass->add_dx});
        }
    }
}

void convolution_blocks_to_data(const struct pass *pass)
{
    const struct node *node = pass->node;
    const struct convolution_conf *conf = node->conf;
    struct slopes slopes = slopes_of(node, pass->examples);
    struct packing packing = {.outputs = node->in.channels,
                              .inputs = conf->outputs,
                              .groups = conf->groups,
                              .transposed = true,
                              .kernel_taps = conf->kernel * conf->kernel,
                              .vectors = pass->kernels->vectors};
    int64_t used;
    struct work work = carve_work(node, pass->examples, pass->work, &used);

    if (conf->kernel < conf->stride && !pass->add_dx) /* some pixels are never looked at */
        memset(pass->dx, 0, (size_t)(pass->examples * layer_numbers(node->in)) * sizeof(real));
    for (int64_t row = 0; row < conf->stride; row++)
        for (int64_t column = 0; column < conf->stride; column++) {
            convolution_phase(node, row, column, work.phase);
            if (work.phase->taps > 0 && work.phase->rows > 0 && work.phase->columns > 0)
                back_phase(pass, &slopes, &packing, &work, row, column);
        }
}
