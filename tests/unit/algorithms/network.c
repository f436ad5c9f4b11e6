/* SPDX-License-Identifier: MIT
 * network.c -- what networks cost, that they are pure, and what they begin with.
 *
 * That their gradients are right is shown in tests/unit/network_double and by PyTorch. */
#include "algorithms/network/network.h"

#include <pthread.h>
#include <stdlib.h>

#include "algorithms/network/inside.h"
#include "algorithms/network/layer/layer.h"
#include "tests/test.h"

static struct network *known_network_with(const char *name, const char *key, int64_t value)
{
    const struct known_kind *known =
        (const struct known_kind *)family_find(&known_family, name);
    struct layers layers = {NULL};
    struct err err = {""};
    struct network *network;
    void *conf = known_presets(&known->kind);

    if (key)
        *(int64_t *)((char *)conf + field_find(known->kind.fields, key)->offset) = value;
    known->describe(conf, known->input, known->classes, &layers);
    network = network_new(&layers, known->input, known->classes, &err);
    layers_done(&layers);
    free(conf);
    if (!network)
        fail_msg("%s: %s", name, err.text);
    return network;
}

static struct network *known_network(const char *name)
{
    return known_network_with(name, NULL, 0);
}

/* -- Costs ----------------------------------------------------------------------------------
 */

static void published_counts_come_out(void **state)
{
    static const struct {
        const char *name;
        int64_t parameters, multiply_adds;
    } published[] = {
        {"mlp", 199210, 198800},
        {"cnn", 1663370, 12273152},
        {"resnet20", 269722, 40551040},
        {"resnet32", 464154, 0},
        {"resnet44", 658586, 0},
        {"resnet56", 853018, 0},
        {"resnet110", 1727962, 0},
        {"mobilenet", 3217226, 46354432},
        {"resnet50", 23520842, 1297829888},
        {"resnet101", 44549160, 7801405440},
        {"vgg19", 20040522, 398136320},
        {"bert_large", 335141888 + 2 * 1024 + 2, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        struct network *network;

        if (!family_find(&known_family, published[i].name))
            continue;
        network = known_network(published[i].name);
        if (published[i].parameters)
            assert_int_equal(network->parameters, published[i].parameters);
        if (published[i].multiply_adds)
            assert_int_equal(network->multiply_adds, published[i].multiply_adds);
        network_free(network);
    }
}

/* GPipe's table 1 gives them in millions; they come out within 0.7 %. */
static void amoebanets_have_about_the_sizes_that_gpipe_reports(void **state)
{
    static const struct {
        int64_t filters;
        double millions;
    } published[] = {{208, 82}, {416, 318}, {544, 542}};

    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        struct network *network =
            known_network_with("amoebanet_d", "filters", published[i].filters);

        assert_close((double)network->parameters, 1e6 * published[i].millions, 0.007);
        assert_true(network->counted_only);
        network_free(network);
    }
}

static void sums_over_the_layers_are_those_of_the_network(void **state)
{
    struct network *network = known_network("resnet20");
    int64_t parameters = 0, multiply_adds = 0, activations = 0, statistics = 0;

    (void)state;
    for (int32_t i = 0; i < network->layers; i++) {
        parameters += network->layer[i].parameters;
        statistics += network->layer[i].statistics;
        multiply_adds += network->layer[i].multiply_adds;
        activations += network->layer[i].activation_floats;
    }
    assert_int_equal(parameters, network->parameters);
    assert_int_equal(statistics, network->statistics);
    assert_int_equal(multiply_adds, network->multiply_adds);
    assert_int_equal(activations, network->activation_floats);
    network_free(network);
}

static void tensors_fill_the_parameters_without_gaps(void **state)
{
    struct network *network = known_network("mobilenet");
    int64_t end = 0;

    (void)state;
    for (int32_t i = 0; i < network->parameter_tensors; i++) {
        const struct tensor *tensor = &network->parameter[i];
        int64_t count = 1;

        for (int32_t k = 0; k < tensor->dimensions; k++)
            count *= tensor->size[k];
        assert_int_equal(tensor->offset, end);
        assert_int_equal(tensor->count, count);
        end += count;
    }
    assert_int_equal(end, network->parameters);
    network_free(network);
}

/* -- Purity ---------------------------------------------------------------------------------
 */

enum { N = 6 };

struct step {
    const struct network *network;
    const real *w;
    struct batch batch;
    unsigned char dirt;
    real *gradient, *scratch, *statistics;
    struct network_score score;
};

static real *aligned(int64_t reals, unsigned char dirt)
{
    size_t bytes = ((size_t)reals * sizeof(real) + 63) / 64 * 64;
    real *piece = aligned_alloc(64, bytes);

    memset(piece, dirt, bytes);
    return piece;
}

static void *go(void *argument)
{
    struct step *s = argument;

    s->gradient = aligned(s->network->parameters, s->dirt);
    s->scratch = aligned(network_gradient_scratch(s->network, N), s->dirt);
    s->statistics = aligned(s->network->statistics + 1, 0);
    network_gradient(s->network, s->w, s->statistics, &s->batch, s->scratch, s->gradient,
                     &s->score);
    return NULL;
}

static void forget(struct step *s)
{
    free(s->gradient);
    free(s->scratch);
    free(s->statistics);
}

static void fill(const struct network *network, real *x, int32_t *label)
{
    struct rng rng = rng_at(rng_stream(3, "images"), 0, 0);

    for (int64_t i = 0; i < N * shape_count(network->input); i++)
        x[i] = (real)rng_normal(&rng);
    for (int i = 0; i < N; i++)
        label[i] = i;
}

/* Scratch that holds anything, other threads at the same time: the same bits. */
static void a_step_is_a_function_of_its_arguments(void **state)
{
    static const char *const names[] = {"mlp", "cnn", "resnet20", "mobilenet"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct network *network = known_network(names[i]);
        real *w = aligned(network->parameters, 0), *s = aligned(network->statistics + 1, 0);
        real *x = aligned(N * shape_count(network->input), 0);
        int32_t label[N];
        struct step step[3];
        pthread_t thread[2];

        network_init(network, 5, w, s);
        fill(network, x, label);
        for (int k = 0; k < 3; k++)
            step[k] = (struct step){.network = network,
                                    .w = w,
                                    .batch = {.x = x, .label = label, .count = N},
                                    .dirt = (unsigned char)(k == 0 ? 0 : 0x7f + k)};
        go(&step[0]);
        for (int k = 0; k < 2; k++)
            assert_int_equal(pthread_create(&thread[k], NULL, go, &step[1 + k]), 0);
        for (int k = 0; k < 2; k++) {
            pthread_join(thread[k], NULL);
            assert_memory_equal(step[0].gradient, step[1 + k].gradient,
                                (size_t)network->parameters * sizeof(real));
            assert_memory_equal(step[0].statistics, step[1 + k].statistics,
                                (size_t)network->statistics * sizeof(real));
            assert_true(step[0].score.loss == step[1 + k].score.loss);
        }
        for (int k = 0; k < 3; k++)
            forget(&step[k]);
        free(w);
        free(s);
        free(x);
        network_free(network);
    }
}

/* ResNet-20 with the kernels of another CPU, from the same arguments. */
static void step_with(const struct kernels *kernels, struct step *step)
{
    const struct known_kind *known =
        (const struct known_kind *)family_find(&known_family, "resnet20");
    struct layers layers = {NULL};
    struct err err = {""};
    void *conf = known_presets(&known->kind);
    struct network *network;
    real *w, *statistics, *x;
    int32_t label[N];

    known->describe(conf, known->input, known->classes, &layers);
    network = network_new_at(&layers, known->input, known->classes, kernels, &err);
    assert_non_null(network);
    w = aligned(network->parameters, 0);
    statistics = aligned(network->statistics, 0);
    x = aligned(N * shape_count(network->input), 0);
    network_init(network, 5, w, statistics);
    fill(network, x, label);
    *step = (struct step){
        .network = network, .w = w, .batch = {.x = x, .label = label, .count = N}};
    go(step);
    layers_done(&layers);
    network_free(network);
    free(conf);
    free(w);
    free(statistics);
    free(x);
}

static void avx2_and_avx512_give_the_same_bits(void **state)
{
    struct step narrow, wide;

    (void)state;
    if (kernels_of_cpu() != &kernels_avx512)
        skip();
    step_with(&kernels_avx2, &narrow);
    step_with(&kernels_avx512, &wide);
    assert_true(narrow.score.loss == wide.score.loss);
    assert_memory_equal(narrow.gradient, wide.gradient, 269722 * sizeof(real));
    forget(&narrow);
    forget(&wide);
}

/* What evaluation says of running statistics that equal the batch's is what training says. */
static void evaluation_agrees_with_training_once_statistics_have_arrived(void **state)
{
    struct network *network = known_network("resnet20");
    real *w = aligned(network->parameters, 0), *statistics = aligned(network->statistics, 0);
    real *x = aligned(N * shape_count(network->input), 0);
    real *gradient = aligned(network->parameters, 0);
    real *scratch = aligned(network_gradient_scratch(network, N), 0xff);
    int32_t label[N];
    struct network_score trained, evaluated = {0};
    struct batch batch = {.x = x, .label = label, .count = N};

    (void)state;
    network_init(network, 5, w, statistics);
    fill(network, x, label);
    for (int i = 0; i < 60; i++)
        network_gradient(network, w, statistics, &batch, scratch, gradient, &trained);
    assert_true(network_evaluate_scratch(network, N) <= network_gradient_scratch(network, N));
    network_evaluate(network, w, statistics, &batch, scratch, &evaluated);
    assert_int_equal(evaluated.examples, N);
    /* running variances are unbiased, the batch's are not: N x 64 pixels at the last stage */
    assert_close(evaluated.loss, trained.loss, 0.02);
    free(w);
    free(statistics);
    free(x);
    free(gradient);
    free(scratch);
    network_free(network);
}

static void a_loss_that_is_no_number_is_reported(void **state)
{
    static const char *const names[] = {"mlp", "cnn", "resnet20"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct network *network = known_network(names[i]);
        real *w = aligned(network->parameters, 0), *s = aligned(network->statistics + 1, 0);
        real *x = aligned(N * shape_count(network->input), 0);
        int32_t label[N];
        struct step step = {
            .network = network, .w = w, .batch = {.x = x, .label = label, .count = N}};

        network_init(network, 5, w, s);
        fill(network, x, label);
        x[5] = NAN;
        go(&step);
        assert_true(isnan(step.score.loss));
        assert_true(step.score.correct < N);
        forget(&step);
        free(w);
        free(s);
        free(x);
        network_free(network);
    }
}

/* -- First values ---------------------------------------------------------------------------
 */

static void weights_begin_within_one_over_the_root_of_the_fan_in(void **state)
{
    struct network *network = known_network("cnn");
    real *w = aligned(network->parameters, 0), *again = aligned(network->parameters, 0);
    double bound[] = {1. / 5, 1. / 5, 1 / sqrt(800), 1 / sqrt(800), 1. / 56, 1. / 56};

    (void)state;
    network_init(network, 9, w, NULL);
    network_init(network, 9, again, NULL);
    assert_memory_equal(w, again, (size_t)network->parameters * sizeof(real));
    for (int32_t i = 0; i < 6; i++) {
        const struct tensor *tensor = &network->parameter[i];
        double most = 0, square = 0;

        for (int64_t k = 0; k < tensor->count; k++) {
            double value = (double)w[tensor->offset + k];

            most = fmax(most, fabs(value));
            square += value * value;
        }
        assert_true(most <= bound[i] && most > 0.9 * bound[i]);
        if (tensor->count > 10000) /* U(-b, b) has variance b^2 / 3 */
            assert_close(square / (double)tensor->count, bound[i] * bound[i] / 3, 0.03);
    }
    network_init(network, 10, again, NULL);
    assert_memory_not_equal(w, again, (size_t)network->parameters * sizeof(real));
    free(w);
    free(again);
    network_free(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_counts_come_out),
        cmocka_unit_test(amoebanets_have_about_the_sizes_that_gpipe_reports),
        cmocka_unit_test(sums_over_the_layers_are_those_of_the_network),
        cmocka_unit_test(tensors_fill_the_parameters_without_gaps),
        cmocka_unit_test(a_step_is_a_function_of_its_arguments),
        cmocka_unit_test(avx2_and_avx512_give_the_same_bits),
        cmocka_unit_test(evaluation_agrees_with_training_once_statistics_have_arrived),
        cmocka_unit_test(a_loss_that_is_no_number_is_reported),
        cmocka_unit_test(weights_begin_within_one_over_the_root_of_the_fan_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
