/* SPDX-License-Identifier: MIT
 * yfcc_like.c -- generated photos' features: a function of (seed, row), rectified, of norm 1,
 * and as learnable as they are meant to be. */
#include "traces/dataset/data.h"

#include "tests/test.h"

static void generate(int64_t rows, int64_t test_rows, int64_t features, uint64_t seed,
                     struct data *data)
{
    struct yfcc_like_conf conf = {.rows = rows, .test_rows = test_rows, .features = features};
    struct data_request request = {.conf = &conf, .seed = seed};
    struct err err = {0};

    if (!data_open(family_find(&data_family, "yfcc-like"), &request, data, &err))
        fail_msg("%s", err.text);
}

static void a_larger_set_begins_with_the_smaller_one(void **state)
{
    struct data few, many;

    (void)state;
    generate(10, 0, 300, 1, &few);
    generate(40, 0, 300, 1, &many);
    assert_memory_equal(few.train.x, many.train.x, 10 * 300 * sizeof(float));
    assert_memory_equal(few.train.y, many.train.y, 10 * sizeof(int32_t));
    assert_string_not_equal(few.train.sha256, many.train.sha256);
    data_done(&few);
    data_done(&many);
}

static void seeds_and_test_sets_have_rows_of_their_own(void **state)
{
    struct data one, two;

    (void)state;
    generate(5, 5, 100, 1, &one);
    generate(5, 0, 100, 2, &two);
    assert_memory_not_equal(one.train.x, one.test.x, 5 * 100 * sizeof(float));
    assert_memory_not_equal(one.train.x, two.train.x, 5 * 100 * sizeof(float));
    assert_string_not_equal(one.train.sha256, two.train.sha256);
    data_done(&one);
    data_done(&two);
}

static void two_features_in_seven_show_and_rows_have_norm_1(void **state)
{
    enum { ROWS = 400, FEATURES = 4096 };
    struct data data;
    double shown = 0, squares = 0;

    (void)state;
    generate(ROWS, 0, FEATURES, 3, &data);
    for (int i = 0; i < ROWS * FEATURES; i++) {
        float x = data.train.x[i];

        assert_true(x >= 0);
        shown += x > 0;
        squares += (double)x * (double)x;
    }
    assert_close(shown / ROWS / FEATURES, 2.0 / 7, 0.05);
    assert_close(squares / ROWS, 1, 0.05);
    assert_close((double)data.train.file_bytes / ROWS, 27500, 0.001); /* 110 GB for 4 M rows */
    data_done(&data);
}

/* Half of the rows are of either class, and their means differ: there is something to learn. */
static void classes_are_as_frequent_and_lie_apart(void **state)
{
    enum { ROWS = 2000, FEATURES = 64 };
    struct data data;
    double sum[2][FEATURES] = {{0}}, apart = 0;
    int count[2] = {0};

    (void)state;
    generate(ROWS, 0, FEATURES, 4, &data);
    for (int r = 0; r < ROWS; r++) {
        count[data.train.y[r]]++;
        for (int j = 0; j < FEATURES; j++)
            sum[data.train.y[r]][j] += (double)data.train.x[r * FEATURES + j];
    }
    assert_true(abs(count[0] - ROWS / 2) < 150);
    for (int j = 0; j < FEATURES; j++) {
        double difference = sum[1][j] / count[1] - sum[0][j] / count[0];

        apart += difference * difference;
    }
    assert_true(apart > 0.05);
    data_done(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_larger_set_begins_with_the_smaller_one),
        cmocka_unit_test(seeds_and_test_sets_have_rows_of_their_own),
        cmocka_unit_test(two_features_in_seven_show_and_rows_have_norm_1),
        cmocka_unit_test(classes_are_as_frequent_and_lie_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
