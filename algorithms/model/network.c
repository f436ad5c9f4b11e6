/* SPDX-License-Identifier: MIT
 * network.c -- see network.h: networks as models.
 *
 * Rows become a batch in scratch: gathered, and while they are learnt from cropped and flipped
 * as the matrix asks for.  What is random in a step is indexed by its occasion, so a worker
 * that repeats its round repeats it bit for bit. */
#include "algorithms/model/network.h"

#include <stdlib.h>
#include <string.h>

#include "algorithms/model/carve.h"

/* Examples evaluated at once: large enough for the kernels, small enough for a cache. */
enum { EVALUATED_AT_ONCE = 64 };

static const struct network *network_of(const struct model *model)
{
    return model->bound;
}

const struct network *network_of_model(const struct model *model)
{
    return model->kind == &model_network ? network_of(model) : NULL;
}

/* -- binding -- */
static struct shape shape_of(const struct matrix *matrix)
{
    const struct image *image = &matrix->image;

    if (!image->channels)
        return (struct shape){true, matrix->features, 1, 1};
    return (struct shape){false, image->channels, image->height, image->width};
}

/* The user's list, and the loss, which goes without saying. */
static void list_own_layers(const struct network_conf *conf, struct layers *layers)
{
    const struct kind *loss = family_find(&layer_family, "softmax_cross_entropy");
    void *presets = known_presets(loss);

    layers_add_map(layers, &conf->layers);
    if (layers->count && layers->layer[layers->count - 1].choice.kind != loss)
        layers_add(layers, "loss", loss, presets);
    free(presets);
}

static void list_layers(const struct model *model, const struct matrix *shape,
                        struct layers *layers)
{
    const struct known_kind *known = (const struct known_kind *)model->chosen;

    if (model->chosen == &model_network.kind)
        list_own_layers(model->conf, layers);
    else
        known->describe(model->conf, shape_of(shape), shape->classes, layers);
}

static bool deep_bind(struct model *model, const struct matrix *shape, struct err *err)
{
    struct layers layers = {0};
    struct network *network = NULL;

    if (matrix_is_sparse(shape))
        return err_set(err, "model '%s' learns from dense rows, these are sparse",
                       model->chosen->name);
    list_layers(model, shape, &layers);
    network = network_new(&layers, shape_of(shape), shape->classes, err);
    layers_done(&layers);
    if (!network)
        return false;
    model->bound = network;
    model->parameters = network->parameters;
    model->statistics = network->statistics;
    model->counted_only = network->counted_only;
    return true;
}

static void deep_unbind(struct model *model)
{
    model->bound = network_free(model->bound);
}

static void deep_init(const struct model *model, uint64_t seed, float *w)
{
    network_init(network_of(model), seed, w, w + model->parameters);
}

/* -- batches -- */
struct room {
    float *x;
    int32_t *label;
    float *inner; /* the network's */
};

static int64_t place(struct room *room, const struct model *model, int64_t rows,
                     int64_t inner_floats, float *scratch)
{
    struct carver carver = {.base = scratch};

    room->x = carve(&carver, rows * model->features);
    room->label = carve(&carver, rows);
    room->inner = carve(&carver, inner_floats);
    return carver.used;
}

static int64_t deep_scratch_floats(const struct model *model, int64_t rows)
{
    const struct network *network = network_of(model);
    struct room room;
    int64_t learning = place(&room, model, rows, network_gradient_scratch(network, rows), NULL);
    int64_t evaluating = place(&room, model, EVALUATED_AT_ONCE,
                               network_evaluate_scratch(network, EVALUATED_AT_ONCE), NULL);

    return learning > evaluating ? learning : evaluating;
}

/* One line of an image, moved by `right` pixels; black outside. */
static void move_line(const float *from, int32_t width, int64_t right, bool flip, float black,
                      float *to)
{
    for (int32_t x = 0; x < width; x++) {
        int64_t at = x + right;
        float pixel = at >= 0 && at < width ? from[at] : black;

        to[flip ? width - 1 - x : x] = pixel;
    }
}

static void augment(const struct matrix *matrix, const float *from, struct rng *rng, float *to)
{
    const struct augmentation *how = &matrix->augmentation;
    const struct image *image = &matrix->image;
    uint64_t places = 2 * (uint64_t)how->crop + 1;
    int64_t down = (int64_t)rng_below(rng, places) - how->crop;
    int64_t right = (int64_t)rng_below(rng, places) - how->crop;
    bool flip = how->flip && rng_u32(rng) >> 31;

    for (int32_t c = 0; c < image->channels; c++) {
        float black = how->black ? how->black[c] : 0;

        for (int32_t y = 0; y < image->height; y++, to += image->width) {
            int64_t at = y + down;

            if (at < 0 || at >= image->height)
                for (int32_t x = 0; x < image->width; x++)
                    to[x] = black;
            else
                move_line(from + ((int64_t)c * image->height + at) * image->width, image->width,
                          right, flip, black, to);
        }
    }
}

static bool is_augmented(const struct matrix *matrix)
{
    return matrix->augmentation.crop || matrix->augmentation.flip;
}

/* Rows that lie side by side and stay as they are need no copy. */
static struct batch batch_of(const struct model *model, struct rows rows, bool learning,
                             const struct room *room)
{
    const struct matrix *matrix = rows.matrix;
    size_t bytes = sizeof(float) * (size_t)model->features;
    struct batch batch = {.x = room->x, .label = room->label, .count = rows.count};
    bool moved = learning && is_augmented(matrix);
    struct rng rng = rng_at(rng_stream(rows.occasion.seed, "images.augmentation"),
                            rows.occasion.worker, rows.occasion.step);

    if (!rows.index && !moved) {
        batch.x = matrix->x + rows.first * model->features;
        batch.label = matrix->y + rows.first;
    }
    for (int64_t i = 0; (rows.index || moved) && i < rows.count; i++) {
        int64_t row = rows_at(rows, i);
        const float *from = matrix->x + row * model->features;

        room->label[i] = matrix->y[row];
        if (moved)
            augment(matrix, from, &rng, room->x + i * model->features);
        else
            memcpy(room->x + i * model->features, from, bytes);
    }
    if (learning)
        batch.dropout = rng_at(rng_stream(rows.occasion.seed, "model.dropout"),
                               rows.occasion.worker, rows.occasion.step);
    return batch;
}

/* -- learning and evaluating -- */
static void deep_gradient(const struct model *model, const float *w, struct rows rows,
                          float *scratch, float *gradient, double *ret_loss)
{
    const struct network *network = network_of(model);
    float *statistics = gradient + model->parameters;
    struct network_score score = {0};
    struct room room;
    struct batch batch;

    place(&room, model, rows.count, 0, scratch);
    batch = batch_of(model, rows, true, &room);
    memcpy(statistics, w + model->parameters, sizeof *w * (size_t)model->statistics);
    network_gradient(network, w, statistics, &batch, room.inner, gradient, &score);
    if (ret_loss)
        *ret_loss = score.loss / (double)rows.count;
}

static void deep_evaluate(const struct model *model, const float *w, struct rows rows,
                          float *scratch, struct score *score)
{
    const struct network *network = network_of(model);
    struct network_score sum = {0};
    struct room room;

    place(&room, model, EVALUATED_AT_ONCE, 0, scratch);
    for (int64_t from = 0; from < rows.count; from += EVALUATED_AT_ONCE) {
        int64_t left = rows.count - from;
        struct rows some =
            rows_slice(rows, from, left < EVALUATED_AT_ONCE ? left : EVALUATED_AT_ONCE);
        struct batch batch = batch_of(model, some, false, &room);

        network_evaluate(network, w, w + model->parameters, &batch, room.inner, &sum);
    }
    score->loss += sum.loss;
    score->rows += rows.count;
    score->correct += sum.correct;
}

static double deep_penalty(const struct model *model, const float *w)
{
    (void)model;
    (void)w;
    return 0;
}

static int64_t deep_penalised(const struct model *model)
{
    (void)model;
    return 0;
}

/* -- costs -- */
/* Two operations a multiply-add; the way back is twice the way there: by weights and by inputs.
 */
enum { FLOPS_THERE = 2, FLOPS_THERE_AND_BACK = 3 * FLOPS_THERE };

static struct work deep_step_work(const struct model *model, int64_t rows, int64_t nonzeros)
{
    double multiply_adds = (double)network_of(model)->multiply_adds * (double)rows;

    return (struct work){.rows = rows,
                         .nonzeros = nonzeros,
                         .calls = 1,
                         .flops = FLOPS_THERE_AND_BACK * multiply_adds +
                                  2 * (double)model->parameters};
}

static struct work deep_evaluate_work(const struct model *model, int64_t rows, int64_t nonzeros)
{
    double multiply_adds = (double)network_of(model)->multiply_adds * (double)rows;

    return (struct work){
        .rows = rows, .nonzeros = nonzeros, .calls = 1, .flops = FLOPS_THERE * multiply_adds};
}

static int64_t deep_activation_bytes(const struct model *model, int64_t rows)
{
    return network_of(model)->activation_floats * rows * (int64_t)sizeof(float);
}

static const struct field fields[] = {
    CONF_MAP(struct network_conf, layers, struct choice, .family = "layer",
             .doc =
                 "The layers by name, in their order. Each reads the output of the one before, "
                 "unless its `input` names another; the last must have an output for each "
                 "class."),
    CONF_END,
};

const struct model_kind model_network = {
    .kind = {.name = "network",
             .doc = "A network of your own: a list of layers.",
             .fields = fields,
             .conf_size = sizeof(struct network_conf)},
    .bind = deep_bind,
    .unbind = deep_unbind,
    .init = deep_init,
    .scratch_floats = deep_scratch_floats,
    .gradient = deep_gradient,
    .evaluate = deep_evaluate,
    .penalty = deep_penalty,
    .penalised = deep_penalised,
    .step_work = deep_step_work,
    .evaluate_work = deep_evaluate_work,
    .activation_bytes = deep_activation_bytes,
};
