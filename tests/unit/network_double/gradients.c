/* SPDX-License-Identifier: MIT
 * gradients.c -- every layer's gradient against finite differences, in double.
 *
 * A small network around each layer: the derivative of the loss by every parameter, by central
 * differences over two steps and one extrapolation (Richardson), so that what is left is
 * rounding. Behind a convolution each layer's way back to its input is held as well.  Inputs
 * are shaped so that no relu and no maximum changes its mind within a step. */
#include <stdlib.h>

#include "algorithms/network/inside.h"
#include "algorithms/network/layer/layer.h"
#include "tests/test.h"

enum { N = 3, CLASSES = 3 };

/* A layer of a case's list: kind, settings, and a name where another layer reads it. */
struct line {
    const char *name;
    const struct layer_kind *kind;
    const void *conf;
};

/* clang-format off */
#define LAYER_OF(kind_, struct_, ...) {NULL, &layer_##kind_, &(struct struct_){__VA_ARGS__}}
#define NAMED(name_, kind_, struct_, ...)                                                      \
    {name_, &layer_##kind_, &(struct struct_){__VA_ARGS__}}
#define CONVOLUTION(...) LAYER_OF(convolution, convolution_conf, __VA_ARGS__)
/* clang-format on */
#define OF(name_) (char *)name_

#define END                                                                                    \
    LAYER_OF(flatten, layer_conf, NULL), LAYER_OF(dense, dense_conf, .bias = true),            \
        LAYER_OF(softmax_cross_entropy, layer_conf, NULL)

struct fixture {
    struct network *network;
    real *w, *x, *gradient, *scratch, *statistics;
    int32_t label[N];
    struct batch batch;
};

static real *aligned(int64_t reals)
{
    real *piece = aligned_alloc(64, ((size_t)reals * sizeof(real) + 63) / 64 * 64);

    memset(piece, 0, (size_t)reals * sizeof(real));
    return piece;
}

static void set_up(struct fixture *f, const struct line *line, int32_t lines,
                   struct shape input, const struct kernels *kernels)
{
    struct rng rng = rng_at(rng_stream(7, "gradients"), 0, 0);
    struct layers layers = {NULL};
    struct err err = {""};

    for (int32_t i = 0; i < lines; i++) {
        char name[16];

        snprintf(name, sizeof name, "layer%d", i + 1);
        layers_add(&layers, line[i].name ? line[i].name : name, &line[i].kind->kind,
                   line[i].conf);
        if (line[i].kind == &layer_convolution) { /* their presets */
            struct convolution_conf *conf = layers.layer[i].choice.conf;

            conf->stride = conf->stride ? conf->stride : 1;
            conf->groups = conf->groups ? conf->groups : 1;
        }
    }
    f->network = network_new_at(&layers, input, CLASSES, kernels, &err);
    layers_done(&layers);
    if (!f->network)
        fail_msg("%s", err.text);
    f->w = aligned(f->network->parameters);
    f->gradient = aligned(f->network->parameters);
    f->statistics = aligned(f->network->statistics + 1);
    f->scratch = aligned(network_gradient_scratch(f->network, N));
    f->x = aligned(N * shape_count(input));
    network_init(f->network, 3, f->w, f->statistics);
    for (int64_t i = 0; i < f->network->parameters; i++) /* also where they begin as 0 or 1 */
        f->w[i] += 0.1 * (rng_uniform(&rng) - 0.5);
    for (int64_t i = 0; i < N * shape_count(input); i++)
        f->x[i] = rng_normal(&rng);
    for (int i = 0; i < N; i++)
        f->label[i] = i % CLASSES;
    f->batch = (struct batch){.x = f->x,
                              .label = f->label,
                              .count = N,
                              .dropout = rng_at(rng_stream(1, "dropout"), 2, 3)};
}

static void tear_down(struct fixture *f)
{
    network_free(f->network);
    free(f->w);
    free(f->gradient);
    free(f->statistics);
    free(f->scratch);
    free(f->x);
}

static double loss_at(struct fixture *f, real *gradient)
{
    struct network_score score;

    network_gradient(f->network, f->w, NULL, &f->batch, f->scratch, gradient, &score);
    return score.loss / N;
}

static double difference(struct fixture *f, int64_t i, double h, real *unused)
{
    real w = f->w[i];
    double up, down;

    f->w[i] = w + h;
    up = loss_at(f, unused);
    f->w[i] = w - h;
    down = loss_at(f, unused);
    f->w[i] = w;
    return (up - down) / (2 * h);
}

static void check(const struct line *line, int32_t lines, struct shape input)
{
    enum { MOST = 120 };
    struct fixture f;
    real *unused;
    double size = 0;
    int64_t step;

    set_up(&f, line, lines, input, kernels_of_cpu());
    unused = aligned(f.network->parameters);
    loss_at(&f, f.gradient);
    for (int64_t i = 0; i < f.network->parameters; i++)
        size = fmax(size, fabs(f.gradient[i]));
    step = f.network->parameters / MOST + 1;
    for (int64_t i = 0; i < f.network->parameters; i += step) {
        const double h = 1e-5;
        double coarse = difference(&f, i, h, unused);
        double fine = difference(&f, i, h / 2, unused);
        double slope = (4 * fine - coarse) / 3;

        if (fabs(slope - f.gradient[i]) > 1e-6 * fmax(fabs(slope), 1e-3 * size) + 1e-10)
            fail_msg("parameter %d: %.12g by differences, %.12g by the gradient", (int)i, slope,
                     (double)f.gradient[i]);
    }
    free(unused);
    tear_down(&f);
}

#define CHECK(shape_, ...)                                                                     \
    do {                                                                                       \
        const struct line line[] = {__VA_ARGS__, END};                                         \
                                                                                               \
        check(line, sizeof line / sizeof *line, shape_);                                       \
    } while (0)

static const struct shape image = {.channels = 3, .height = 7, .width = 6};
static const struct shape row = {.flat = true, .channels = 11, .height = 1, .width = 1};

static void dense(void **state)
{
    (void)state;
    CHECK(row, LAYER_OF(dense, dense_conf, .outputs = 9, .bias = true),
          LAYER_OF(dense, dense_conf, .outputs = 5));
}

static void convolution(void **state)
{
    (void)state;
    CHECK(image, CONVOLUTION(.outputs = 5, .kernel = 3, .padding = 1, .bias = true),
          CONVOLUTION(.outputs = 19, .kernel = 3));
}

static void convolution_that_is_strided_and_padded(void **state)
{
    (void)state;
    CHECK(image, CONVOLUTION(.outputs = 4, .kernel = 3, .stride = 2, .padding = 2),
          CONVOLUTION(.outputs = 10, .kernel = 3, .stride = 2, .padding = 1, .bias = true));
    CHECK(image, CONVOLUTION(.outputs = 18, .kernel = 1),
          CONVOLUTION(.outputs = 3, .kernel = 2, .stride = 3, .padding = 1));
}

static void convolution_of_one_pixel(void **state)
{
    (void)state;
    CHECK(image, CONVOLUTION(.outputs = 20, .kernel = 3),
          CONVOLUTION(.outputs = 6, .kernel = 1),
          CONVOLUTION(.outputs = 5, .kernel = 1, .stride = 2));
    CHECK(image, CONVOLUTION(.outputs = 20, .kernel = 3),
          CONVOLUTION(.outputs = 6, .kernel = 1, .padding = 1, .bias = true));
}

static void convolution_in_groups(void **state)
{
    (void)state;
    CHECK(image, CONVOLUTION(.outputs = 12, .kernel = 3),
          CONVOLUTION(.outputs = 6, .kernel = 3, .padding = 1, .groups = 3),
          CONVOLUTION(.outputs = 12, .kernel = 2, .groups = 6));
    CHECK(image, CONVOLUTION(.outputs = 48, .kernel = 3),
          CONVOLUTION(.outputs = 32, .kernel = 1, .groups = 2));
}

static void convolution_of_each_channel(void **state)
{
    (void)state;
    CHECK(image, CONVOLUTION(.outputs = 11, .kernel = 2),
          CONVOLUTION(.outputs = 11, .kernel = 3, .padding = 1, .groups = 11, .bias = true),
          CONVOLUTION(.outputs = 11, .kernel = 3, .padding = 1, .stride = 2, .groups = 11));
    CHECK(image, CONVOLUTION(.outputs = 3, .kernel = 5, .padding = 2, .groups = 3),
          CONVOLUTION(.outputs = 3, .kernel = 1, .stride = 2, .groups = 3));
}

static void batch_norm(void **state)
{
    (void)state;
    CHECK(image, CONVOLUTION(.outputs = 9, .kernel = 3),
          LAYER_OF(batch_norm, batch_norm_conf, .epsilon = 1e-5, .momentum = 0.1),
          CONVOLUTION(.outputs = 4, .kernel = 2));
}

static void group_norm(void **state)
{
    (void)state;
    CHECK(image, CONVOLUTION(.outputs = 12, .kernel = 3),
          LAYER_OF(group_norm, group_norm_conf, .groups = 3, .epsilon = 1e-5),
          LAYER_OF(relu, layer_conf, NULL), CONVOLUTION(.outputs = 4, .kernel = 2));
}

static void relu_after_a_norm_a_convolution_and_alone(void **state)
{
    (void)state;
    CHECK(image, LAYER_OF(relu, layer_conf, NULL),
          CONVOLUTION(.outputs = 9, .kernel = 3, .bias = true),
          LAYER_OF(relu, layer_conf, NULL), CONVOLUTION(.outputs = 6, .kernel = 1),
          LAYER_OF(batch_norm, batch_norm_conf, .epsilon = 1e-5, .momentum = 0.1),
          LAYER_OF(relu, layer_conf, NULL));
}

static void relu6(void **state)
{
    (void)state;
    CHECK(image, CONVOLUTION(.outputs = 9, .kernel = 3),
          LAYER_OF(batch_norm, batch_norm_conf, .epsilon = 1e-6, .momentum = 0.1),
          LAYER_OF(relu6, layer_conf, NULL));
    CHECK(row, LAYER_OF(dense, dense_conf, .outputs = 40, .bias = true),
          LAYER_OF(relu6, layer_conf, NULL));
}

static void max_pool(void **state)
{
    (void)state;
    CHECK(image, CONVOLUTION(.outputs = 9, .kernel = 1),
          LAYER_OF(max_pool, pool_conf, .kernel = 3, .stride = 2, .padding = 1),
          CONVOLUTION(.outputs = 4, .kernel = 1), LAYER_OF(max_pool, pool_conf, .kernel = 2));
}

static void average_pool(void **state)
{
    (void)state;
    CHECK(image, LAYER_OF(average_pool, pool_conf, .kernel = 2, .stride = 1, .padding = 1),
          CONVOLUTION(.outputs = 9, .kernel = 1),
          LAYER_OF(average_pool, pool_conf, .kernel = 3),
          CONVOLUTION(.outputs = 8, .kernel = 1), LAYER_OF(average_pool, pool_conf, NULL));
}

static void add_with_a_shortcut_of_every_kind(void **state)
{
    (void)state;
    CHECK(image,
          NAMED("a", convolution, convolution_conf, .outputs = 9, .kernel = 3, .padding = 1),
          CONVOLUTION(.outputs = 9, .kernel = 3, .padding = 1),
          NAMED("b", add, add_conf, .with = OF("a")), NAMED("c", relu, layer_conf, NULL),
          NAMED("s", subsample, subsample_conf, .outputs = 14, .stride = 2),
          CONVOLUTION(.input = OF("c"), .outputs = 14, .kernel = 3, .padding = 1, .stride = 2),
          LAYER_OF(add, add_conf, .with = OF("s")), LAYER_OF(relu, layer_conf, NULL));
}

static void add_of_what_others_read_too(void **state)
{
    (void)state;
    CHECK(image,
          NAMED("a", convolution, convolution_conf, .outputs = 5, .kernel = 3, .padding = 1),
          NAMED("r", relu, layer_conf, NULL), NAMED("twice", add, add_conf, .with = OF("r")),
          NAMED("b", convolution, convolution_conf, .outputs = 5, .kernel = 3, .padding = 1),
          NAMED("sum", add, add_conf, .with = OF("a")), NAMED("q", relu, layer_conf, NULL),
          NAMED("more", add, add_conf, .with = OF("twice")),
          NAMED("last", add, add_conf, .input = OF("q"), .with = OF("more")));
}

/* What the second input does to its slope, it does before the first has read it. */
static void add_of_a_later_relu(void **state)
{
    (void)state;
    CHECK(
        image, NAMED("a", convolution, convolution_conf, .outputs = 5, .kernel = 3),
        NAMED("b", convolution, convolution_conf, .outputs = 5, .kernel = 1),
        NAMED("c", convolution, convolution_conf, .input = OF("a"), .outputs = 5, .kernel = 1),
        NAMED("d", relu, layer_conf, NULL),
        NAMED("sum", add, add_conf, .input = OF("b"), .with = OF("d")));
}

static void two_adds_of_the_same(void **state)
{
    (void)state;
    CHECK(image, NAMED("a", convolution, convolution_conf, .outputs = 5, .kernel = 3),
          NAMED("b", convolution, convolution_conf, .outputs = 5, .kernel = 1),
          NAMED("sum", add, add_conf, .with = OF("a")), NAMED("r", relu, layer_conf, NULL),
          NAMED("c", convolution, convolution_conf, .outputs = 5, .kernel = 1),
          NAMED("again", add, add_conf, .with = OF("a")));
}

static void add_of_an_add(void **state)
{
    (void)state;
    CHECK(image, NAMED("a", convolution, convolution_conf, .outputs = 5, .kernel = 3),
          NAMED("far", convolution, convolution_conf, .outputs = 5, .kernel = 1),
          NAMED("near", convolution, convolution_conf, .input = OF("a"), .outputs = 5,
                .kernel = 1),
          NAMED("b", convolution, convolution_conf, .outputs = 5, .kernel = 1),
          NAMED("c", convolution, convolution_conf, .outputs = 5, .kernel = 1),
          NAMED("sum", add, add_conf, .with = OF("near")),
          NAMED("again", add, add_conf, .with = OF("far")));
}

static void dropout(void **state)
{
    (void)state;
    CHECK(image, CONVOLUTION(.outputs = 9, .kernel = 3),
          LAYER_OF(dropout, dropout_conf, .drop_ratio = 0.4),
          CONVOLUTION(.outputs = 4, .kernel = 2), LAYER_OF(flatten, layer_conf, NULL),
          LAYER_OF(dropout, dropout_conf, .drop_ratio = 0.2));
}

/* The kernels of every CPU, which other machines run: within rounding of those of this one. */
static void kernels_of_all_cpus_agree(void **state)
{
    const struct line line[] = {
        CONVOLUTION(.outputs = 37, .kernel = 3, .padding = 1, .bias = true),
        CONVOLUTION(.outputs = 37, .kernel = 3, .padding = 1, .groups = 37),
        LAYER_OF(batch_norm, batch_norm_conf, .epsilon = 1e-5, .momentum = 0.1),
        LAYER_OF(relu6, layer_conf, NULL),
        CONVOLUTION(.outputs = 20, .kernel = 2, .stride = 2),
        LAYER_OF(max_pool, pool_conf, .kernel = 2),
        END};
    const struct kernels *kernels[] = {&kernels_plain, &kernels_avx2, &kernels_avx512};
    real *gradient[3];
    int there = kernels_of_cpu() == &kernels_avx512 ? 3
                : kernels_of_cpu() == &kernels_avx2 ? 2
                                                    : 1;
    int64_t parameters = 0;

    (void)state;
    for (int k = 0; k < there; k++) {
        struct fixture f;

        set_up(&f, line, sizeof line / sizeof *line, image, kernels[k]);
        loss_at(&f, f.gradient);
        parameters = f.network->parameters;
        gradient[k] = aligned(parameters);
        memcpy(gradient[k], f.gradient, (size_t)parameters * sizeof(real));
        tear_down(&f);
    }
    for (int k = 1; k < there; k++)
        for (int64_t i = 0; i < parameters; i++)
            assert_true(fabs(gradient[k][i] - gradient[0][i]) < 1e-12);
    if (there == 3)
        assert_memory_equal(gradient[1], gradient[2], (size_t)parameters * sizeof(real));
    for (int k = 0; k < there; k++)
        free(gradient[k]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dense),
        cmocka_unit_test(convolution),
        cmocka_unit_test(convolution_that_is_strided_and_padded),
        cmocka_unit_test(convolution_of_one_pixel),
        cmocka_unit_test(convolution_in_groups),
        cmocka_unit_test(convolution_of_each_channel),
        cmocka_unit_test(batch_norm),
        cmocka_unit_test(group_norm),
        cmocka_unit_test(relu_after_a_norm_a_convolution_and_alone),
        cmocka_unit_test(relu6),
        cmocka_unit_test(max_pool),
        cmocka_unit_test(average_pool),
        cmocka_unit_test(add_with_a_shortcut_of_every_kind),
        cmocka_unit_test(add_of_what_others_read_too),
        cmocka_unit_test(add_of_a_later_relu),
        cmocka_unit_test(two_adds_of_the_same),
        cmocka_unit_test(add_of_an_add),
        cmocka_unit_test(dropout),
        cmocka_unit_test(kernels_of_all_cpus_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
