/* SPDX-License-Identifier: MIT
 * reduce.c -- contributions become one vector: by weight, in rank order, without those that are
 * missing. */
#include "algorithms/reduce.h"

#include "tests/unit/algorithms/naive.h"

enum { RANKS = 5, LENGTH = 1000 };

struct fixture {
    float *x[RANKS];
    const float *contribution[RANKS];
    float out[LENGTH];
};

static void set_up(struct fixture *f)
{
    struct rng rng = rng_at(rng_stream(3, "reduce"), 0, 0);

    for (int r = 0; r < RANKS; r++)
        f->contribution[r] = f->x[r] = naive_floats(&rng, LENGTH, 100);
}

static void tear_down(struct fixture *f)
{
    for (int r = 0; r < RANKS; r++)
        free(f->x[r]);
}

static void the_result_is_the_mean_by_weight_of_those_that_arrived(void **state)
{
    const double weight[RANKS] = {1, 10, 100, 2, 0.5};
    const bool arrived[RANKS] = {true, false, true, true, true};
    struct fixture f;
    struct reduction reduction;

    (void)state;
    set_up(&f);
    reduction = reduce(f.contribution, weight, arrived, RANKS, LENGTH, f.out);
    assert_true(reduction.weight == 103.5);
    assert_int_equal(reduction.count, 4);
    assert_true(reduction.values);
    for (int i = 0; i < LENGTH; i++) {
        double sum = 1.0 * f.x[0][i];

        sum += 100.0 * f.x[2][i];
        sum += 2.0 * f.x[3][i];
        sum += 0.5 * f.x[4][i];
        assert_true(f.out[i] == (float)(sum / 103.5));
    }
    tear_down(&f);
}

static void without_weights_and_absences_it_is_the_plain_mean(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    assert_int_equal(reduce(f.contribution, NULL, NULL, RANKS, LENGTH, f.out).count, RANKS);
    for (int i = 0; i < LENGTH; i++) {
        double sum = 0;

        for (int r = 0; r < RANKS; r++)
            sum += f.x[r][i];
        assert_true(f.out[i] == (float)(sum / RANKS));
    }
    tear_down(&f);
}

static void a_single_contribution_comes_out_bit_for_bit(void **state)
{
    const double weight[] = {536870911};
    struct fixture f;

    (void)state;
    set_up(&f);
    reduce(f.contribution, weight, NULL, 1, LENGTH, f.out);
    assert_memory_equal(f.out, f.x[0], sizeof f.out);
    tear_down(&f);
}

static void equal_contributions_come_out_bit_for_bit(void **state)
{
    const double weight[RANKS] = {110000, 110001, 109999, 7, 123456};
    struct fixture f;

    (void)state;
    set_up(&f);
    for (int r = 0; r < RANKS; r++)
        f.contribution[r] = f.x[0];
    reduce(f.contribution, weight, NULL, RANKS, LENGTH, f.out);
    assert_memory_equal(f.out, f.x[0], sizeof f.out);
    tear_down(&f);
}

static void a_phantom_counts_but_leaves_no_values(void **state)
{
    const double weight[RANKS] = {1, 2, 3, 4, 5};
    struct fixture f;
    struct reduction reduction;

    (void)state;
    set_up(&f);
    f.contribution[2] = NULL;
    f.out[0] = 42;
    reduction = reduce(f.contribution, weight, NULL, RANKS, LENGTH, f.out);
    assert_false(reduction.values);
    assert_true(reduction.weight == 15);
    assert_int_equal(reduction.count, RANKS);
    assert_true(f.out[0] == 42);
    tear_down(&f);
}

static void a_phantom_that_did_not_arrive_does_no_harm(void **state)
{
    const bool arrived[RANKS] = {true, true, false, true, true};
    struct fixture f;

    (void)state;
    set_up(&f);
    f.contribution[2] = NULL;
    assert_true(reduce(f.contribution, NULL, arrived, RANKS, LENGTH, f.out).values);
    tear_down(&f);
}

static void when_nobody_arrived_nothing_is_written(void **state)
{
    const bool arrived[RANKS] = {false};
    struct fixture f;
    struct reduction reduction;

    (void)state;
    set_up(&f);
    f.out[0] = 42;
    reduction = reduce(f.contribution, NULL, arrived, RANKS, LENGTH, f.out);
    assert_int_equal(reduction.count, 0);
    assert_true(reduction.weight == 0);
    assert_false(reduction.values);
    assert_true(f.out[0] == 42);
    tear_down(&f);
}

static void the_sums_are_exact_where_floats_would_lose_digits(void **state)
{
    float a[1] = {1e8f}, b[1] = {1}, c[1] = {-1e8f}, out[1];
    const float *contribution[] = {a, b, c};

    (void)state;
    reduce(contribution, NULL, NULL, 3, 1, out);
    assert_true(out[0] == (float)(1.0 / 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_result_is_the_mean_by_weight_of_those_that_arrived),
        cmocka_unit_test(without_weights_and_absences_it_is_the_plain_mean),
        cmocka_unit_test(a_single_contribution_comes_out_bit_for_bit),
        cmocka_unit_test(equal_contributions_come_out_bit_for_bit),
        cmocka_unit_test(a_phantom_counts_but_leaves_no_values),
        cmocka_unit_test(a_phantom_that_did_not_arrive_does_no_harm),
        cmocka_unit_test(when_nobody_arrived_nothing_is_written),
        cmocka_unit_test(the_sums_are_exact_where_floats_would_lose_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
