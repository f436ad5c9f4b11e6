/* SPDX-License-Identifier: MIT
 * value.c -- distributions have the mean that closed forms are told, traces hold until they
 * change. */
#include "base/value.h"

#include "tests/test.h"

enum { DRAWS = 200000 };

static double empirical[] = {1, 2, 6};
static double trace_s[] = {0, 10, 20};
static struct value_table table = {.count = 3, .time_s = trace_s, .value = empirical};

static const struct value random_values[] = {
    {.kind = VALUE_UNIFORM, .a = 2, .b = 5},    {.kind = VALUE_NORMAL, .a = 3, .b = 0.5},
    {.kind = VALUE_NORMAL, .a = 0.2, .b = 1},   {.kind = VALUE_LOGNORMAL, .a = 0.08, .b = 0.3},
    {.kind = VALUE_EXPONENTIAL, .a = 4},        {.kind = VALUE_WEIBULL, .a = 2, .b = 1.5},
    {.kind = VALUE_EMPIRICAL, .table = &table},
};

static void the_mean_of_many_draws_is_the_mean(void **state)
{
    (void)state;
    for (size_t v = 0; v < sizeof random_values / sizeof *random_values; v++) {
        struct rng rng = rng_at(rng_stream(1, "value"), (uint32_t)v, 0);
        double sum = 0, squares = 0, deviation;

        for (int i = 0; i < DRAWS; i++) {
            double x = value_draw(&random_values[v], &rng, 0);

            assert_true(x >= 0);
            sum += x / DRAWS;
            squares += x * x / DRAWS;
        }
        deviation = sqrt((squares - sum * sum) / DRAWS);
        if (fabs(sum - value_mean(&random_values[v])) > 5 * deviation)
            fail_msg("value %zu: mean of draws %g, mean %g", v, sum,
                     value_mean(&random_values[v]));
        assert_true(value_is_random(&random_values[v]));
    }
}

static void the_median_of_a_lognormal_is_its_first_number(void **state)
{
    struct value value = {.kind = VALUE_LOGNORMAL, .a = 0.08, .b = 0.7};
    struct rng rng = rng_at(rng_stream(1, "median"), 0, 0);
    int below = 0;

    (void)state;
    for (int i = 0; i < DRAWS; i++)
        below += value_draw(&value, &rng, 0) < 0.08;
    assert_true(fabs(below - DRAWS / 2.0) < 2.5 * sqrt(DRAWS));
}

static void a_constant_is_itself_and_takes_no_random_number(void **state)
{
    struct value value = value_constant(0.25);
    struct rng rng = rng_at(rng_stream(1, "constant"), 0, 0), before = rng;

    (void)state;
    assert_true(value_draw(&value, &rng, 3) == 0.25);
    assert_true(value_mean(&value) == 0.25);
    assert_false(value_is_random(&value));
    assert_true(isinf(value_next_change_s(&value, 3)));
    assert_memory_equal(&rng, &before, sizeof rng);
}

static void a_trace_holds_until_its_next_row_and_the_last_for_ever(void **state)
{
    struct value value = {.kind = VALUE_TRACE, .table = &table};

    (void)state;
    assert_true(value_draw(&value, NULL, -1) == 1);
    assert_true(value_draw(&value, NULL, 0) == 1);
    assert_true(value_draw(&value, NULL, 9.999) == 1);
    assert_true(value_draw(&value, NULL, 10) == 2);
    assert_true(value_draw(&value, NULL, 1e9) == 6);
    assert_true(value_mean(&value) == 1);
    assert_false(value_is_random(&value));
}

static void a_trace_says_when_it_changes_next(void **state)
{
    struct value value = {.kind = VALUE_TRACE, .table = &table};

    (void)state;
    assert_true(value_next_change_s(&value, -1) == 0);
    assert_true(value_next_change_s(&value, 0) == 10);
    assert_true(value_next_change_s(&value, 10) == 20);
    assert_true(isinf(value_next_change_s(&value, 20)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mean_of_many_draws_is_the_mean),
        cmocka_unit_test(the_median_of_a_lognormal_is_its_first_number),
        cmocka_unit_test(a_constant_is_itself_and_takes_no_random_number),
        cmocka_unit_test(a_trace_holds_until_its_next_row_and_the_last_for_ever),
        cmocka_unit_test(a_trace_says_when_it_changes_next),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
