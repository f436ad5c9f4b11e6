/* SPDX-License-Identifier: MIT
 * quadratic.c -- the bowl: its gradient is its slope plus the mean of the rows. */
#include "algorithms/model/model.h"
#include "tests/test.h"

enum { ROWS = 4, FEATURES = 3 };

static const float x[ROWS * FEATURES] = {1, 2, 3, -1, 0, 1, 5, 5, 5, 0.5f, -2, 4};
static const int32_t y[ROWS];
static struct quadratic_conf conf = {.curvature = 0.5, .start = 2};

static struct model bowl(const struct matrix *matrix)
{
    struct choice choice = {.kind = family_find(&model_family, "quadratic"), .conf = &conf};
    struct model model;
    struct err err = {0};

    assert_true(model_init(&model, &choice, matrix, &err));
    return model;
}

static const struct matrix matrix = {
    .rows = ROWS, .features = FEATURES, .classes = 1, .x = x, .y = y};

static void the_gradient_is_the_slope_plus_the_mean_of_the_rows(void **state)
{
    struct model model = bowl(&matrix);
    float w[FEATURES] = {1, -2, 4}, gradient[FEATURES], scratch[FEATURES];
    const uint32_t index[] = {2, 0};
    struct rows rows = {.matrix = &matrix, .index = index, .count = 2};
    double loss;

    (void)state;
    model.kind->gradient(&model, w, rows, scratch, gradient, &loss);
    assert_true(gradient[0] == 0.5f * 1 + 3);
    assert_true(gradient[1] == 0.5f * -2 + 3.5f);
    assert_true(gradient[2] == 0.5f * 4 + 4);
    assert_true(loss == 0.5 / 2 * (1 + 4 + 16));
}

static void descending_is_a_step_against_the_gradient(void **state)
{
    struct model model = bowl(&matrix);
    float w[FEATURES], gradient[FEATURES], scratch[FEATURES];
    struct rows rows = rows_all(&matrix);

    (void)state;
    model.kind->init(&model, 1, w);
    assert_true(w[0] == 2 && w[2] == 2);
    model.kind->gradient(&model, w, rows, scratch, gradient, NULL);
    model.kind->descend(&model, w, rows, scratch, 0.25f);
    for (int i = 0; i < FEATURES; i++)
        assert_true(w[i] == 2 - 0.25f * gradient[i]);
}

static void the_loss_of_every_row_is_that_of_the_bowl_without_noise(void **state)
{
    struct model model = bowl(&matrix);
    float w[FEATURES] = {3, 0, 4};
    struct score score = {0};

    (void)state;
    model.kind->evaluate(&model, w, rows_all(&matrix), NULL, &score);
    assert_true(score.loss / (double)score.rows == 0.25 * 25);
    assert_int_equal(score.rows, ROWS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gradient_is_the_slope_plus_the_mean_of_the_rows),
        cmocka_unit_test(descending_is_a_step_against_the_gradient),
        cmocka_unit_test(the_loss_of_every_row_is_that_of_the_bowl_without_noise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
