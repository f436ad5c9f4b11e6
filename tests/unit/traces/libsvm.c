/* SPDX-License-Identifier: MIT
 * libsvm.c -- sparse rows: what is read, where indices begin, what each mistake is told. */
#include "tests/unit/traces/fixture.h"

static void rows_become_compressed_sparse_rows(void **state)
{
    static const int64_t row_start[] = {0, 2, 2, 5};
    static const int32_t column[] = {0, 4, 1, 2, 3}, y[] = {1, 0, 1};
    static const float value[] = {0.5f, -2, 1, 0, 3e4f};
    struct reading reading = {.read = read_libsvm};
    struct dataset *set = &reading.train;

    (void)state;
    assert_accepted(&reading, "+1 1:0.5 5:-2\n-1\n+1 2:1 3:0 4:3e4\n");
    assert_int_equal(set->rows, 3);
    assert_int_equal(set->features, 5);
    assert_int_equal(dataset_values(set), 5);
    assert_memory_equal(set->row_start, row_start, sizeof row_start);
    assert_memory_equal(set->column, column, sizeof column);
    assert_memory_equal(set->value, value, sizeof value);
    assert_memory_equal(set->y, y, sizeof y);
    assert_int_equal(set->label[0], -1);
    reading_done(&reading);
}

static void comments_blanks_and_line_ends_do_not_count(void **state)
{
    static const char *const texts[] = {
        "1 1:2 2:3\n0 2:4\n",
        "1 1:2 2:3\r\n0 2:4\r\n",
        "# a file\n1 1:2 2:3 # a row\n  # more\n\n0 2:4#x\n",
        "  1\t1:2   2:3\t\n0 2:4",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct reading reading = {.read = read_libsvm};

        assert_accepted(&reading, texts[i]);
        assert_int_equal(reading.train.rows, 2);
        assert_int_equal(reading.train.features, 2);
        assert_int_equal(reading.train.column[2], 1);
        assert_true(reading.train.value[2] == 4);
        reading_done(&reading);
    }
}

static void an_index_0_anywhere_makes_indices_begin_at_0(void **state)
{
    struct reading reading = {.read = read_libsvm};

    (void)state;
    assert_accepted(&reading, "1 1:2 3:3\n0 0:4\n");
    assert_int_equal(reading.first_index, 0);
    assert_int_equal(reading.train.features, 4);
    assert_int_equal(reading.train.column[0], 1);
    reading_done(&reading);
}

static void the_test_file_counts_as_the_training_file_does(void **state)
{
    struct reading reading = {.read = read_libsvm};

    (void)state;
    assert_accepted(&reading, "1 0:2 3:3\n");
    assert_accepted(&reading, "1 1:2\n");
    assert_int_equal(reading.test.column[0], 1);
    assert_int_equal(reading.test.features, 4);
    reading_done(&reading);
}

static void a_test_file_with_an_unexpected_index_0_is_refused(void **state)
{
    struct reading reading = {.read = read_libsvm};

    (void)state;
    assert_accepted(&reading, "1 1:2 3:3\n");
    assert_refused(&reading, "1 1:1\n1 0:2\n",
                   "x:2: index 0, but in the training set indices begin at 1");
    reading_done(&reading);
}

static void a_test_file_with_more_features_is_refused(void **state)
{
    struct reading reading = {.read = read_libsvm};

    (void)state;
    assert_accepted(&reading, "1 1:2 3:3\n");
    assert_accepted(&reading, "1 3:2\n");
    dataset_done(&reading.test);
    assert_refused(&reading, "1 4:2\n", "x:1: index 4, but there are 3 features");
    reading_done(&reading);
}

static void the_number_of_features_can_be_given(void **state)
{
    struct reading reading = {.read = read_libsvm, .features = 10};

    (void)state;
    assert_accepted(&reading, "1 1:2 10:3\n");
    assert_int_equal(reading.train.features, 10);
    reading_done(&reading);
    assert_refused(&reading, "1 1:2\n1 11:3\n1 1:1\n",
                   "x:2: index 11, but there are 10 features");
    assert_refused(&reading, "1 1:2\n1 10:3\n1 0:1\n",
                   "x:2: index 10, but there are 10 features "
                   "and indices begin at 0");
}

static void every_mistake_is_told_with_its_line(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "x: the file holds no rows"},
        {"# nothing\n", "x: the file holds no rows"},
        {"1\n0\n", "x: no row has any feature"},
        {"1 1:2\nx 1:2\n", "x:2: 'x' is not a label"},
        {"1 1:2\n1:2 3:4\n", "x:2: '1:2' is not a label"},
        {"1 1:2\n0.5 1:2\n", "x:2: '0.5' is not a label"},
        {"1 1:2\n1,2 1:2\n", "x:2: '1,2' is not a label"},
        {"1 1:2\n1 2\n", "x:2: '2' is not index:value"},
        {"1 1:2\n1 2 :3\n", "x:2: '2' is not index:value"},
        {"1 1:2\n1 -1:3\n", "x:2: '-1:3' is not index:value with an index from 0 up"},
        {"1 1:2\n1 x:3\n", "x:2: 'x:3' is not index:value"},
        {"1 1:2\n1 qid:3 1:2\n", "x:2: 'qid:3' is not index:value"},
        {"1 1:2\n1 2:\n", "x:2: '2:' is not index:value with a number"},
        {"1 1:2\n1 2: 3\n", "x:2: '2:' is not index:value with a number"},
        {"1 1:2\n1 2:x\n", "x:2: '2:x' is not index:value with a number"},
        {"1 1:2\n1 2:nan\n", "x:2: '2:nan' is not index:value with a number"},
        {"1 1:2\n1 2:1e999\n", "x:2: '2:1e999' is not index:value with a number"},
        {"1 1:2\n1 2:3:4\n", "x:2: '2:3:4' is not index:value with a number"},
        {"1 1:2\n1 2:1 2:3\n", "x:2: index 2 after index 2: indices must ascend"},
        {"1 1:2\n1 3:1 2:3\n", "x:2: index 2 after index 3: indices must ascend"},
        {"1 1:2\n1 2147483647:1\n", "x:2: index 2147483647 is above 2147483646"},
        {"1 1:2\n1 99999999999999999:1\n", "x:2: index 99999999999999999 is above 2147483646"},
        {"1 1:2\n1 99999999999999999999999999:1\n", "is not index:value"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reading reading = {.read = read_libsvm};

        assert_refused(&reading, cases[i].text, cases[i].message);
        assert_null(reading.train.row_start);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_become_compressed_sparse_rows),
        cmocka_unit_test(comments_blanks_and_line_ends_do_not_count),
        cmocka_unit_test(an_index_0_anywhere_makes_indices_begin_at_0),
        cmocka_unit_test(the_test_file_counts_as_the_training_file_does),
        cmocka_unit_test(a_test_file_with_an_unexpected_index_0_is_refused),
        cmocka_unit_test(a_test_file_with_more_features_is_refused),
        cmocka_unit_test(the_number_of_features_can_be_given),
        cmocka_unit_test(every_mistake_is_told_with_its_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
