/* SPDX-License-Identifier: MIT
 * statistics.c -- estimates find what they were made from, also among disturbed points. */
#include "sim/answer/statistics.h"

#include "base/rng.h"
#include "tests/test.h"

enum { N = 500 };

static double x[N], y[N];

static struct rng numbers(const char *name)
{
    return rng_at(rng_stream(1, name), 0, 0);
}

static void quantiles_interpolate_between_neighbours(void **state)
{
    static const double unsorted[] = {5, 1, 4, 2, 3};

    (void)state;
    assert_close(statistics_median(unsorted, 5), 3, 0);
    assert_close(statistics_median(unsorted, 4), 3, 0);
    assert_close(statistics_quantile(unsorted, 5, 0.9), 4.6, 1e-12);
    assert_close(statistics_quantile(unsorted, 5, 1), 5, 0);
    assert_close(statistics_normal(0.99), 2.3263478740, 1e-9);
}

static void the_slope_of_points_on_a_line_is_exact(void **state)
{
    struct slope slope;

    (void)state;
    for (int i = 0; i < N; i++) {
        x[i] = (double)((i * 7919) % 100) * 1e5;
        y[i] = 0.08 + x[i] / 65e6;
    }
    slope = statistics_slope(x, y, N);
    assert_close(1 / slope.value, 65e6, 1e-9);
    assert_close(1 / slope.low, 65e6, 1e-6);
    assert_close(1 / slope.high, 65e6, 1e-6);
}

static void a_quarter_of_wild_points_does_not_move_the_slope(void **state)
{
    struct rng rng = numbers("wild");

    (void)state;
    for (int i = 0; i < N; i++) {
        x[i] = rng_uniform(&rng);
        y[i] = 3 * x[i] + 0.01 * rng_normal(&rng);
        if (i % 4 == 0)
            y[i] = 1000 * rng_uniform(&rng);
    }
    assert_close(statistics_slope(x, y, N).value, 3, 0.02);
}

/* Seeds are fixed, so this either always holds or never: of 200 intervals of 95 % about 190
 * hold the truth, at least 180 unless the interval is wrong. */
static void the_interval_of_a_slope_holds_the_truth_as_often_as_it_says(void **state)
{
    int inside = 0;

    (void)state;
    for (uint32_t trial = 0; trial < 200; trial++) {
        struct rng rng = rng_at(rng_stream(1, "interval"), trial, 0);
        struct slope slope;

        for (int i = 0; i < 60; i++) {
            x[i] = (double)(i % 6); /* many ties, as sizes have them */
            y[i] = x[i] + exp(0.5 * rng_normal(&rng));
        }
        slope = statistics_slope(x, y, 60);
        inside += slope.low <= 1 && slope.high >= 1;
    }
    assert_in_range(inside, 180, 199);
}

static void equal_x_have_no_slope(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++) {
        x[i] = 1000;
        y[i] = i;
    }
    assert_true(isnan(statistics_slope(x, y, N).value));
}

static void many_points_are_thinned_without_losing_the_line(void **state)
{
    enum { MANY = 5 * SLOPE_POINTS + 7 };
    double *a = calloc(MANY, sizeof *a), *b = calloc(MANY, sizeof *b);
    struct rng rng = numbers("many");

    (void)state;
    for (int i = 0; i < MANY; i++) {
        a[i] = rng_uniform(&rng);
        b[i] = 2 * a[i] + 0.1 * rng_normal(&rng);
    }
    assert_close(statistics_slope(a, b, MANY).value, 2, 0.02);
    free(a);
    free(b);
}

/* -- non-negative least squares -------------------------------------------------------------
 */

/* rows, calls, nonzeros of a batch and what they cost. */
static void make_batches(double columns[N][3], const double truth[3], double noise)
{
    struct rng rng = numbers("batches");

    for (int i = 0; i < N; i++) {
        columns[i][0] = (double)(100 + rng_below(&rng, 10000));
        columns[i][1] = (double)(1 + rng_below(&rng, 20));
        columns[i][2] = columns[i][0] * (double)(20 + rng_below(&rng, 60));
        y[i] = 0;
        for (int j = 0; j < 3; j++)
            y[i] += truth[j] * columns[i][j];
        y[i] *= exp(noise * rng_normal(&rng));
    }
}

static double columns[N][3];

static void without_noise_the_times_come_back_exactly(void **state)
{
    static const double truth[3] = {8.79e-6, 240e-6, 10e-9};
    double found[3], deviation[3];

    (void)state;
    make_batches(columns, truth, 0);
    assert_true(statistics_nonnegative(columns[0], y, N, 3, found, deviation));
    for (int j = 0; j < 3; j++)
        assert_close(found[j], truth[j], 1e-9);
}

static void disturbed_times_bend_nothing(void **state)
{
    static const double truth[3] = {8.79e-6, 2e-3, 50e-9};
    double found[3], deviation[3];

    (void)state;
    make_batches(columns, truth, 0.02);
    for (int i = 0; i < N; i += 10)
        y[i] *= 5;
    assert_true(statistics_nonnegative(columns[0], y, N, 3, found, deviation));
    for (int j = 0; j < 3; j++) {
        assert_close(found[j], truth[j], 0.1);
        assert_true(deviation[j] > 0 && fabs(found[j] - truth[j]) < 4 * deviation[j]);
    }
}

/* Plain least squares gives the second column a negative time; the best without one is the
 * first column alone: the mean of relative least squares, sum(r) / sum(r^2) with r = x / y. */
static void no_time_is_negative(void **state)
{
    double two[6][2] = {{10, 1}, {20, 4}, {30, 6}, {40, 9}, {50, 9}, {60, 14}};
    double found[2], deviation[2];

    (void)state;
    for (int i = 0; i < 6; i++)
        y[i] = 2 * two[i][0] - 1.5 * two[i][1];
    assert_true(statistics_nonnegative(two[0], y, 6, 2, found, deviation));
    assert_close(found[1], 0, 0);
    assert_true(found[0] > 0);
}

static void columns_that_go_together_cannot_be_told_apart(void **state)
{
    double two[6][2], found[2], deviation[2];

    (void)state;
    for (int i = 0; i < 6; i++) {
        two[i][0] = i + 1;
        two[i][1] = 1000 * (i + 1);
        y[i] = i + 1;
    }
    assert_false(statistics_nonnegative(two[0], y, 6, 2, found, deviation));
    for (int i = 0; i < 6; i++)
        two[i][1] = 0;
    assert_false(statistics_nonnegative(two[0], y, 6, 2, found, deviation));
}

static void residuals_name_the_worst(void **state)
{
    static const double measured[] = {1, 2, 4}, fitted[] = {1, 2.2, 2};
    struct residuals residuals = statistics_residuals(measured, fitted, 3);

    (void)state;
    assert_int_equal(residuals.worst, 2);
    assert_close(residuals.max_relative, 0.5, 1e-12);
    assert_close(residuals.median_relative, 0.1, 1e-12);
    assert_close(residuals.rmse, sqrt((0.04 + 4) / 3), 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_interpolate_between_neighbours),
        cmocka_unit_test(the_slope_of_points_on_a_line_is_exact),
        cmocka_unit_test(a_quarter_of_wild_points_does_not_move_the_slope),
        cmocka_unit_test(the_interval_of_a_slope_holds_the_truth_as_often_as_it_says),
        cmocka_unit_test(equal_x_have_no_slope),
        cmocka_unit_test(many_points_are_thinned_without_losing_the_line),
        cmocka_unit_test(without_noise_the_times_come_back_exactly),
        cmocka_unit_test(disturbed_times_bend_nothing),
        cmocka_unit_test(no_time_is_negative),
        cmocka_unit_test(columns_that_go_together_cannot_be_told_apart),
        cmocka_unit_test(residuals_name_the_worst),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
