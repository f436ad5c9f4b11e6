/* SPDX-License-Identifier: MIT
 * network_refused.c -- what lists of layers say when they do not fit. */
#include "algorithms/network/inside.h"

#include "algorithms/network/layer/layer.h"
#include "tests/test.h"

static const struct shape small = {.channels = 3, .height = 8, .width = 8};

static void add(struct layers *layers, const char *name, const struct layer_kind *kind,
                const void *conf)
{
    layers_add(layers, name, &kind->kind, conf);
}

/* Ends the list and expects the sentence. */
static void refuses(struct layers *layers, bool loss, int32_t classes, const char *sentence)
{
    struct err err = {""};

    if (loss)
        add(layers, "loss", &layer_softmax_cross_entropy, &(struct layer_conf){NULL});
    assert_null(network_new(layers, small, classes, &err));
    assert_string_equal(err.text, sentence);
    layers_done(layers);
}

static void a_kernel_larger_than_its_input_is_refused(void **state)
{
    struct layers layers = {NULL};
    struct convolution_conf conf = {.outputs = 4, .kernel = 5, .stride = 2, .groups = 1};

    (void)state;
    add(&layers, "conv1", &layer_convolution, &conf);
    add(&layers, "conv2", &layer_convolution, &conf);
    refuses(&layers, true, 10,
            "layer 2 (convolution conv2): kernel 5x5 is larger than its input 2x2");
}

static void dense_after_an_image_is_refused(void **state)
{
    struct layers layers = {NULL};

    (void)state;
    add(&layers, "fc", &layer_dense, &(struct dense_conf){.outputs = 10});
    refuses(&layers, true, 10,
            "layer 1 (dense fc): needs a row of features, but its input is an image of 3x8x8; "
            "put a layer of kind flatten before it");
}

static void a_list_that_ends_in_the_wrong_size_is_refused(void **state)
{
    struct layers layers = {NULL};

    (void)state;
    add(&layers, "flat", &layer_flatten, &(struct layer_conf){NULL});
    add(&layers, "fc", &layer_dense, &(struct dense_conf){.outputs = 10});
    refuses(&layers, true, 100,
            "layer 3 (softmax_cross_entropy loss): its input has 10 outputs, but the data has "
            "100 classes");
}

static void a_list_without_a_loss_is_refused(void **state)
{
    struct layers layers = {NULL};

    (void)state;
    refuses(&layers, false, 10, "a network needs at least one layer");
    add(&layers, "flat", &layer_flatten, &(struct layer_conf){NULL});
    refuses(&layers, false, 10,
            "layer 1 (flatten flat) is the last one, but a network ends in "
            "softmax_cross_entropy");
}

static void a_sum_of_unlike_shapes_is_refused(void **state)
{
    struct layers layers = {NULL};
    struct convolution_conf conf = {.outputs = 4, .kernel = 3, .stride = 1, .groups = 1};

    (void)state;
    add(&layers, "a", &layer_convolution, &conf);
    add(&layers, "b", &layer_convolution, &conf);
    add(&layers, "sum", &layer_add, &(struct add_conf){.with = (char *)"a"});
    refuses(&layers, true, 10,
            "layer 3 (add sum): its inputs differ in shape: 4x4x4 and 4x6x6");
}

static void a_layer_that_is_not_there_is_refused(void **state)
{
    struct layers layers = {NULL};

    (void)state;
    add(&layers, "r", &layer_relu, &(struct layer_conf){.input = (char *)"q"});
    refuses(&layers, true, 10,
            "layer 1 (relu r): reads layer 'q', but there is no such layer before it");
}

static void a_layer_that_nobody_reads_is_refused(void **state)
{
    struct layers layers = {NULL};

    (void)state;
    add(&layers, "a", &layer_relu, &(struct layer_conf){NULL});
    add(&layers, "b", &layer_relu, &(struct layer_conf){NULL});
    add(&layers, "flat", &layer_flatten, &(struct layer_conf){.input = (char *)"a"});
    add(&layers, "fc", &layer_dense, &(struct dense_conf){.outputs = 10});
    refuses(&layers, true, 10, "layer 2 (relu b): no other layer reads its output");
}

static void groups_that_do_not_divide_are_refused(void **state)
{
    struct layers layers = {NULL};

    (void)state;
    add(&layers, "c", &layer_convolution,
        &(struct convolution_conf){.outputs = 4, .kernel = 1, .stride = 1, .groups = 2});
    refuses(
        &layers, true, 10,
        "layer 1 (convolution c): 3 input and 4 output channels cannot be cut into 2 groups");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kernel_larger_than_its_input_is_refused),
        cmocka_unit_test(dense_after_an_image_is_refused),
        cmocka_unit_test(a_list_that_ends_in_the_wrong_size_is_refused),
        cmocka_unit_test(a_list_without_a_loss_is_refused),
        cmocka_unit_test(a_sum_of_unlike_shapes_is_refused),
        cmocka_unit_test(a_layer_that_is_not_there_is_refused),
        cmocka_unit_test(a_layer_that_nobody_reads_is_refused),
        cmocka_unit_test(groups_that_do_not_divide_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
