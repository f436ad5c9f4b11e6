/* SPDX-License-Identifier: MIT
 * higgs_like.c -- generated rows: a function of (seed, row), and distributed like Higgs. */
#include "traces/dataset/data.h"

#include "tests/test.h"

extern const struct data_kind data_higgs_like;

static void generate(int64_t rows, int64_t test_rows, uint64_t seed, struct data *data)
{
    struct higgs_like_conf conf = {.rows = rows, .test_rows = test_rows};
    struct data_request request = {.conf = &conf, .seed = seed};
    struct err err = {0};

    if (!data_open(&data_higgs_like.kind, &request, data, &err))
        fail_msg("%s", err.text);
}

static void a_larger_set_begins_with_the_smaller_one(void **state)
{
    enum { FEW = 1001, MANY = 40000 }; /* few end within a block of rows, many take two jobs */
    struct data few, many;

    (void)state;
    generate(FEW, 0, 1, &few);
    generate(MANY, 0, 1, &many);
    assert_memory_equal(few.train.x, many.train.x, FEW * 28 * sizeof(float));
    assert_memory_equal(few.train.y, many.train.y, FEW * sizeof(int32_t));
    assert_string_not_equal(few.train.sha256, many.train.sha256);
    data_done(&few);
    data_done(&many);
}

static void seeds_and_test_sets_have_rows_of_their_own(void **state)
{
    struct data one, two;

    (void)state;
    generate(10, 10, 1, &one);
    generate(10, 0, 2, &two);
    assert_memory_not_equal(one.train.x, one.test.x, 28 * sizeof(float));
    assert_memory_not_equal(one.train.x, two.train.x, 28 * sizeof(float));
    assert_string_not_equal(one.train.sha256, one.test.sha256);
    assert_string_not_equal(one.train.sha256, two.train.sha256);
    data_done(&one);
    data_done(&two);
}

static void the_shape_is_that_of_higgs(void **state)
{
    struct data data;

    (void)state;
    generate(1, 3, 1, &data);
    assert_int_equal(data.train.rows, 1);
    assert_int_equal(data.test.rows, 3);
    assert_int_equal(data.train.features, 28);
    assert_int_equal(data.train.classes, 2);
    assert_int_equal(data.train.label[1], 1);
    assert_true(data.train.file_bytes == 727);
    data_done(&data);
}

/* Of the 7,000 real rows: mean of the feature in each class, and its standard deviation. */
static void class_means_and_spreads_are_those_of_the_real_rows(void **state)
{
    static const struct {
        int feature;
        double mean[2], sd;
    } real[] = {
        {0, {1.0300, 0.9800}, 0.5822},  {3, {1.0446, 0.9310}, 0.5893},
        {9, {0.9702, 0.9954}, 0.4908},  {12, {1.0245, 0.9295}, 1.0451},
        {21, {1.0282, 1.0271}, 0.6469}, {25, {1.0616, 0.8958}, 0.5155},
        {27, {0.9986, 0.9220}, 0.3164},
    };
    enum { ROWS = 400000 };
    struct data data;
    int64_t rows[2] = {0, 0};

    (void)state;
    generate(ROWS, 0, 1, &data);
    for (int64_t r = 0; r < ROWS; r++)
        rows[data.train.y[r]]++;
    assert_close((double)rows[1] / ROWS, 0.530857, 0.005);
    for (size_t i = 0; i < sizeof real / sizeof *real; i++) {
        double sum[2] = {0, 0}, square = 0, mean;

        for (int64_t r = 0; r < ROWS; r++) {
            double x = (double)data.train.x[r * 28 + real[i].feature];

            sum[data.train.y[r]] += x;
            square += x * x;
        }
        mean = (sum[0] + sum[1]) / ROWS;
        assert_close(sum[0] / (double)rows[0], real[i].mean[0], 0.01);
        assert_close(sum[1] / (double)rows[1], real[i].mean[1], 0.01);
        assert_close(sqrt(square / ROWS - mean * mean), real[i].sd, 0.02);
    }
    data_done(&data);
}

static void b_tags_have_three_values(void **state)
{
    static const int tag[] = {8, 12, 16, 20};
    static const float value[][3] = {
        {0, 1.087f, 2.173f}, {0, 1.107f, 2.215f}, {0, 1.274f, 2.548f}, {0, 1.551f, 3.102f}};
    struct data data;

    (void)state;
    generate(2000, 0, 1, &data);
    for (int t = 0; t < 4; t++) {
        int seen[3] = {0, 0, 0};

        for (int64_t r = 0; r < 2000; r++)
            for (int v = 0; v < 3; v++)
                seen[v] += data.train.x[r * 28 + tag[t]] == value[t][v];
        assert_int_equal(seen[0] + seen[1] + seen[2], 2000);
        assert_true(seen[0] > 0 && seen[1] > 0 && seen[2] > 0);
    }
    data_done(&data);
}

static void more_rows_than_memory_is_a_sentence(void **state)
{
    struct higgs_like_conf conf = {.rows = DATASET_ROWS_MAX};
    struct data_request request = {.conf = &conf, .seed = 1};
    struct data data;
    struct err err = {0};

    (void)state;
    if (data_open(&data_higgs_like.kind, &request, &data, &err))
        skip(); /* half a terabyte of memory */
    assert_non_null(strstr(err.text, "higgs-like: its rows need 481 GB of memory"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_larger_set_begins_with_the_smaller_one),
        cmocka_unit_test(seeds_and_test_sets_have_rows_of_their_own),
        cmocka_unit_test(the_shape_is_that_of_higgs),
        cmocka_unit_test(class_means_and_spreads_are_those_of_the_real_rows),
        cmocka_unit_test(b_tags_have_three_values),
        cmocka_unit_test(more_rows_than_memory_is_a_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
