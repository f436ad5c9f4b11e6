/* SPDX-License-Identifier: MIT
 * interval.c -- intervals of confidence, against worked examples and tables. */
#include "tests/test.h"

#include "sim/answer/interval.h"

/* Two-sided 95 % points, as any table has them. */
static void student_is_as_in_the_tables(void **state)
{
    static const double table[][2] = {
        {1, 12.706}, {2, 4.303}, {4, 2.776}, {9, 2.262}, {29, 2.045}};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_close(interval_student(table[i][0]), table[i][1], 2e-4);
    assert_true(isnan(interval_student(0)));
}

static void a_mean_has_its_interval(void **state)
{
    static const double x[] = {1, 2, 3, 4, 5};
    struct interval interval = interval_of_mean(x, 5);

    (void)state;
    assert_close(interval.mean, 3, 1e-15);
    assert_close(interval.half, 2.776445105 * sqrt(2.5 / 5), 1e-9); /* variance 2.5 */
    assert_close(interval.freedom, 4, 0);
}

static void one_number_has_none(void **state)
{
    static const double x[] = {7};

    (void)state;
    assert_close(interval_of_mean(x, 1).mean, 7, 0);
    assert_true(isnan(interval_of_mean(x, 1).half));
    assert_true(isnan(interval_of_mean(x, 0).mean));
    assert_true(isnan(interval_of_difference(x, 1, x, 1).half));
}

/* With equal sizes and variances Welch's freedom is Student's: n_a + n_b - 2. */
static void welch_is_student_where_spreads_are_equal(void **state)
{
    static const double a[] = {1, 2, 3}, b[] = {11, 12, 13};
    struct interval interval = interval_of_difference(a, 3, b, 3);

    (void)state;
    assert_close(interval.mean, 10, 1e-15);
    assert_close(interval.freedom, 4, 1e-12);
    assert_close(interval.half, 2.776445105 * sqrt(2.0 / 3), 1e-9);
}

static void a_group_without_spread_leaves_the_others_freedom(void **state)
{
    static const double a[] = {5, 5, 5, 5, 5}, b[] = {1, 2, 3};

    (void)state;
    assert_close(interval_of_difference(a, 5, b, 3).freedom, 2, 1e-12);
    assert_close(interval_of_difference(a, 5, a, 5).half, 0, 0);
}

static void pairs_that_vary_together_differ_by_little(void **state)
{
    static const double a[] = {1, 10, 100}, b[] = {2, 11, 101};

    (void)state;
    assert_close(interval_of_pairs(a, b, 3).mean, 1, 1e-15);
    assert_close(interval_of_pairs(a, b, 3).half, 0, 0);
    assert_true(interval_of_difference(a, 3, b, 3).half > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(student_is_as_in_the_tables),
        cmocka_unit_test(a_mean_has_its_interval),
        cmocka_unit_test(one_number_has_none),
        cmocka_unit_test(welch_is_student_where_spreads_are_equal),
        cmocka_unit_test(a_group_without_spread_leaves_the_others_freedom),
        cmocka_unit_test(pairs_that_vary_together_differ_by_little),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
