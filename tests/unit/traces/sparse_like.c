/* SPDX-License-Identifier: MIT
 * sparse_like.c -- generated sparse rows: a function of (seed, row), and as sparse, skewed and
 * learnable as what they are like. */
#include "traces/dataset/data.h"
#include "traces/dataset/sparse_rows.h"

#include "tests/test.h"

static const char *const kinds[] = {"rcv1-like", "criteo-like"};

static void generate(const char *kind, int64_t rows, int64_t test_rows, int64_t features,
                     uint64_t seed, struct data *data)
{
    struct sparse_like_conf conf = {.rows = rows, .test_rows = test_rows, .features = features};
    struct data_request request = {.conf = &conf, .seed = seed};
    struct err err = {0};

    if (!data_open(family_find(&data_family, kind), &request, data, &err))
        fail_msg("%s", err.text);
}

static void a_larger_set_begins_with_the_smaller_one(void **state)
{
    enum { FEW = 1500, MANY = 40000 }; /* few end within a chunk, many take two batches */

    (void)state;
    for (int k = 0; k < 2; k++) {
        struct data few, many;
        size_t values;

        generate(kinds[k], FEW, 0, 50000, 1, &few);
        generate(kinds[k], MANY, 0, 50000, 1, &many);
        values = (size_t)few.train.row_start[FEW];
        assert_memory_equal(few.train.row_start, many.train.row_start,
                            (FEW + 1) * sizeof(int64_t));
        assert_memory_equal(few.train.column, many.train.column, values * sizeof(int32_t));
        assert_memory_equal(few.train.value, many.train.value, values * sizeof(float));
        assert_memory_equal(few.train.y, many.train.y, FEW * sizeof(int32_t));
        assert_string_not_equal(few.train.sha256, many.train.sha256);
        data_done(&few);
        data_done(&many);
    }
}

static void seeds_and_test_sets_have_rows_of_their_own(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct data one, two, wide;

        generate(kinds[k], 10, 10, 50000, 1, &one);
        generate(kinds[k], 10, 0, 50000, 2, &two);
        generate(kinds[k], 10, 0, 50001, 1, &wide);
        assert_memory_not_equal(one.train.column, one.test.column, 20 * sizeof(int32_t));
        assert_memory_not_equal(one.train.column, two.train.column, 20 * sizeof(int32_t));
        assert_string_not_equal(one.train.sha256, one.test.sha256);
        assert_string_not_equal(one.train.sha256, two.train.sha256);
        assert_string_not_equal(one.train.sha256, wide.train.sha256);
        data_done(&one);
        data_done(&two);
        data_done(&wide);
    }
}

static void rows_are_sparse_and_sound(void **state)
{
    static const int64_t features[] = {2, 7, 1000, 47236, 1000000};

    (void)state;
    for (int k = 0; k < 2; k++)
        for (size_t d = 0; d < sizeof features / sizeof *features; d++) {
            struct data data;
            const struct dataset *train = &data.train;

            generate(kinds[k], 200, 3, features[d], 5, &data);
            assert_int_equal(train->rows, 200);
            assert_int_equal(data.test.rows, 3);
            assert_int_equal(train->features, features[d]);
            assert_int_equal(train->classes, 2);
            assert_true(train->label[0] == -1 && train->label[1] == 1);
            assert_true(dataset_is_sparse(train) && train->row_start[0] == 0);
            for (int64_t r = 0; r < 200; r++) {
                assert_true(train->y[r] == 0 || train->y[r] == 1);
                assert_true(train->row_start[r + 1] > train->row_start[r]);
                for (int64_t i = train->row_start[r]; i < train->row_start[r + 1]; i++) {
                    assert_true(train->column[i] >= 0 && train->column[i] < features[d]);
                    assert_true(i == train->row_start[r] ||
                                train->column[i - 1] < train->column[i]);
                    assert_true(train->value[i] > 0 && train->value[i] <= 1.0001f);
                }
            }
            data_done(&data);
        }
}

/* How many rows the commonest feature is in, and how many features are in any. */
static void count_features(const struct dataset *set, double *ret_top_share, int *ret_used)
{
    int *rows = calloc((size_t)set->features, sizeof *rows), top = 0, used = 0;

    for (int64_t i = 0; i < set->row_start[set->rows]; i++)
        rows[set->column[i]]++;
    for (int32_t d = 0; d < set->features; d++) {
        top = rows[d] > top ? rows[d] : top;
        used += rows[d] > 0;
    }
    *ret_top_share = (double)top / (double)set->rows;
    *ret_used = used;
    free(rows);
}

static double positive_share(const struct dataset *set)
{
    double sum = 0;

    for (int64_t r = 0; r < set->rows; r++)
        sum += set->y[r];
    return sum / (double)set->rows;
}

static void news_have_seventy_five_words_of_a_skewed_vocabulary(void **state)
{
    enum { ROWS = 20000 };
    struct data data;
    double top_share;
    int used;

    (void)state;
    generate("rcv1-like", ROWS, 0, 47236, 1, &data);
    count_features(&data.train, &top_share, &used);
    assert_true(fabs((double)data.train.row_start[ROWS] / ROWS - 75) < 1);
    assert_true(top_share > 0.25 && top_share < 0.35);
    assert_true(used > 43500 && used < 45500); /* 44,504 of the real 20,242 */
    assert_true(fabs(positive_share(&data.train) - 0.524) < 0.02);
    for (int64_t r = 0; r < ROWS; r++) {
        double squares = 0;

        for (int64_t i = data.train.row_start[r]; i < data.train.row_start[r + 1]; i++)
            squares += (double)data.train.value[i] * data.train.value[i];
        assert_true(fabs(squares - 1) < 1e-5);
    }
    assert_int_equal(data.train.file_bytes, ROWS * 1720);
    data_done(&data);
}

static void advertisements_have_thirty_nine_categories(void **state)
{
    enum { ROWS = 50000 };
    struct data data;
    double top_share;
    int used;

    (void)state;
    generate("criteo-like", ROWS, 0, 1000000, 1, &data);
    count_features(&data.train, &top_share, &used);
    assert_true((double)data.train.row_start[ROWS] / ROWS > 38.99);
    assert_true(data.train.row_start[ROWS] <= 39 * ROWS);
    assert_true(top_share > 0.4 && top_share < 0.6); /* of three categories the commonest */
    assert_true(used > 100000 && used < 300000);
    assert_true(fabs(positive_share(&data.train) - 0.2562) < 0.01);
    for (int64_t i = 0; i < data.train.row_start[ROWS]; i++)
        assert_true(data.train.value[i] == (float)(1 / sqrt(39)));
    assert_int_equal(data.train.file_bytes, (int64_t)ROWS * 577);
    data_done(&data);
}

/* The difference of the classes' means, learnt from one set, tells the other's rows apart. */
static void what_is_learnt_from_some_rows_holds_for_others(void **state)
{
    enum { ROWS = 20000, TESTS = 4000 };
    static const double least_auc[] = {0.9, 0.65};

    (void)state;
    for (int k = 0; k < 2; k++) {
        struct data data;
        const struct dataset *train = &data.train, *test = &data.test;
        double *w, score[TESTS], pairs = 0, right = 0, share;

        generate(kinds[k], ROWS, TESTS, 47236, 3, &data);
        w = calloc(47236, sizeof *w);
        share = positive_share(train);
        for (int64_t r = 0; r < ROWS; r++)
            for (int64_t i = train->row_start[r]; i < train->row_start[r + 1]; i++)
                w[train->column[i]] +=
                    train->value[i] * (train->y[r] ? 1 / share : -1 / (1 - share));
        for (int64_t r = 0; r < TESTS; r++) {
            score[r] = 0;
            for (int64_t i = test->row_start[r]; i < test->row_start[r + 1]; i++)
                score[r] += w[test->column[i]] * test->value[i];
        }
        for (int a = 0; a < TESTS; a += 3)
            for (int b = 1; b < TESTS; b += 3)
                if (test->y[a] == 1 && test->y[b] == 0) {
                    pairs++;
                    right += score[a] > score[b];
                }
        if (!(right / pairs > least_auc[k]))
            fail_msg("%s: AUC %g", kinds[k], right / pairs);
        free(w);
        data_done(&data);
    }
}

static void sorting_orders_any_digits(void **state)
{
    static const int32_t belows[] = {2, 512, 513, 47236, 1000000, 100000000};

    (void)state;
    for (size_t b = 0; b < sizeof belows / sizeof *belows; b++)
        for (int count = 0; count <= SPARSE_ROW_MOST; count = 2 * count + 1) {
            struct rng rng = rng_at(rng_stream(1, "sort"), (uint32_t)b, (uint32_t)count);
            int32_t item[SPARSE_ROW_MOST];
            int64_t sum = 0;

            for (int i = 0; i < count; i++)
                sum += item[i] = (int32_t)rng_below(&rng, (uint64_t)belows[b]);
            sparse_rows_sort(item, count, belows[b]);
            for (int i = 0; i < count; i++) {
                assert_true(i == 0 || item[i - 1] <= item[i]);
                sum -= item[i];
            }
            assert_int_equal(sum, 0);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_larger_set_begins_with_the_smaller_one),
        cmocka_unit_test(seeds_and_test_sets_have_rows_of_their_own),
        cmocka_unit_test(rows_are_sparse_and_sound),
        cmocka_unit_test(news_have_seventy_five_words_of_a_skewed_vocabulary),
        cmocka_unit_test(advertisements_have_thirty_nine_categories),
        cmocka_unit_test(what_is_learnt_from_some_rows_holds_for_others),
        cmocka_unit_test(sorting_orders_any_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
