/* SPDX-License-Identifier: MIT
 * csv.c -- rows of numbers, label first: what is read, and what each mistake is told. */
#include "tests/unit/traces/fixture.h"

static void assert_two_rows(const struct dataset *set)
{
    assert_int_equal(set->rows, 2);
    assert_int_equal(set->features, 2);
    assert_false(dataset_is_sparse(set));
    assert_true(set->x[0] == 0.5f && set->x[1] == -2 && set->x[2] == 3e4f && set->x[3] == 4);
    assert_int_equal(set->label[set->y[0]], 7);
    assert_int_equal(set->label[set->y[1]], -1);
}

static void any_usual_separator_and_line_end_is_read(void **state)
{
    static const char *const texts[] = {
        "7,0.5,-2\n-1,3e4,4\n",
        "7\t0.5\t-2\n-1\t3e4\t4\n",
        "7 0.5 -2\n-1 3e4 4\n",
        "7,0.5,-2\r\n-1,3e4,4\r\n",
        "7,0.5,-2\n-1,3e4,4",
        "7,0.5,-2\n-1,3e4,4\r",
        "\n\n7,0.5,-2\n \t \n-1,3e4,4\n\n\n",
        "  7 ,\t0.5 , -2  \n -1, 3e4\t, 4\t\n",
        "  7   0.5    -2  \n -1  3e4 4   \n",
        " 7 \t 0.5 \t -2 \n-1\t3e4\t4\n",
        ("\xef\xbb\xbf"
         "7,0.5,-2\n-1,3e4,4\n"),
        "7.0,5e-1,-2.000\n-1.0e0,30000,4.\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct reading reading = {.read = read_csv};

        assert_accepted(&reading, texts[i]);
        assert_two_rows(&reading.train);
        reading_done(&reading);
    }
}

static void a_header_is_skipped_when_announced(void **state)
{
    struct reading reading = {.read = read_csv, .header = true};

    (void)state;
    assert_accepted(&reading, "label,a,b\n7,0.5,-2\n-1,3e4,4\n");
    assert_two_rows(&reading.train);
    reading_done(&reading);
}

static void a_header_that_was_not_announced_is_recognised(void **state)
{
    struct reading reading = {.read = read_csv};

    (void)state;
    assert_refused(&reading, "label,a,b\n7,0.5,-2\n",
                   "x:1: the label 'label' is not a whole "
                   "number (a header? then say header: yes)");
    assert_refused(&reading, "0,a,b\n7,0.5,-2\n", "(a header? then say header: yes)");
}

static void labels_become_classes_in_ascending_order(void **state)
{
    static const int32_t label[] = {-3, 0, 5, 100}, y[] = {2, 0, 3, 1, 0, 2};
    struct reading reading = {.read = read_csv};

    (void)state;
    assert_accepted(&reading, "5,1\n-3,1\n100,1\n0,1\n-3,1\n5,1\n");
    assert_int_equal(reading.train.classes, 4);
    assert_memory_equal(reading.train.label, label, sizeof label);
    assert_memory_equal(reading.train.y, y, sizeof y);
    reading_done(&reading);
}

static void a_test_set_shares_the_labels_of_its_training_set(void **state)
{
    struct reading reading = {.read = read_csv};

    (void)state;
    assert_accepted(&reading, "5,1\n-3,1\n100,1\n");
    assert_accepted(&reading, "100,1\n");
    assert_int_equal(reading.test.classes, 3);
    assert_int_equal(reading.test.y[0], 2);
    reading_done(&reading);
}

static void a_test_set_cannot_bring_new_labels(void **state)
{
    struct reading reading = {.read = read_csv};

    (void)state;
    assert_accepted(&reading, "5,1\n-3,1\n");
    assert_refused(&reading, "5,1\n4,1\n", "x:2: label 4 does not occur in the training set");
    reading_done(&reading);
}

static void a_test_set_has_the_features_of_its_training_set(void **state)
{
    struct reading reading = {.read = read_csv};

    (void)state;
    assert_accepted(&reading, "5,1,2\n");
    assert_refused(&reading, "5,1\n", "x:1: 1 features, but the training set has 2");
    reading_done(&reading);
}

static void every_mistake_is_told_with_its_line(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "x: the file holds no rows"},
        {"\n \n\t\n", "x: the file holds no rows"},
        {"1\n", "x:1: one column only"},
        {"1,\n", "x:1: column 2 is empty"},
        {",1\n", "x:1: column 1 is empty"},
        {"\t1\t2\n", "x:1: column 1 is empty"},
        {"1,2,3\n1,2\n", "x:2: 1 features, but the first row has 2"},
        {"1,2\n1,2,3\n", "x:2: more than the 1 features of the first row"},
        {"1,2\n1,2,\n", "x:2: more than the 1 features of the first row"},
        {"1,2,3\n1,,3\n", "x:2: column 2 is empty"},
        {"1,2\n1,x\n", "x:2: column 2: 'x' is not a number"},
        {"1,2\n1,nan\n", "x:2: column 2: 'nan' is not a number"},
        {"1,2\n1,-inf\n", "x:2: column 2: '-inf' is not a number"},
        {"1,2\n1,1e999\n", "x:2: column 2: '1e999' is not a number that a float can hold"},
        {"1,2\n1,3.5e38\n", "x:2: column 2: '3.5e38' is not a number that a float can hold"},
        {"1,2\n1,2x\n", "x:2: column 2: '2x' is not a number"},
        {"1,2\n1,\"2\"\n", "x:2: column 2: '\"2\"' is not a number"},
        {"1,2\n1,0x2\n", "x:2: column 2: '0x2' is not a number"},
        {"1,2\n1;2\n", "x:2: the label '1;2' is not a whole number"},
        {"1,2\n1 2\n", "x:2: column 2: '2' is not a number"},
        {"1,2\n0.5,2\n", "x:2: the label '0.5' is not a whole number"},
        {"1,2\nnan,2\n", "x:2: the label 'nan' is not a whole number"},
        {"1,2\n3000000000,2\n", "x:2: the label '3000000000' is not a whole number"},
        {"1,2\n1,\x1b[31m\n", "x:2: column 2: '?[31m' is not a number"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reading reading = {.read = read_csv};

        assert_refused(&reading, cases[i].text, cases[i].message);
        assert_null(reading.train.x);
    }
}

static void a_nul_in_a_number_is_a_mistake(void **state)
{
    struct reading reading = {.read = read_csv};

    (void)state;
    assert_false(read_bytes(&reading, "1,2\n1,2\0\n", 9));
    assert_non_null(strstr(reading.err.text, "x:2: column 2: '2?'"));
}

static void a_real_number_per_row_as_label_is_refused_early(void **state)
{
    struct reading reading = {.read = read_csv};
    char *text = malloc(1 << 21), *at = text;

    (void)state;
    for (int i = 0; i <= DATASET_CLASSES_MAX; i++)
        at += sprintf(at, "%d,1\n", i);
    assert_refused(&reading, text, "x:65537: more than 65536 different labels");
    free(text);
}

/* Blocks are 256 KiB and buffers 1 MiB: lines that straddle both come out whole. */
static void lines_longer_than_the_buffers_are_read(void **state)
{
    enum { FEATURES = 400000 };
    struct reading reading = {.read = read_csv};
    char *text = malloc(8 * FEATURES + 64), *at = text;

    (void)state;
    for (int row = 0; row < 2; row++) {
        *at++ = '1';
        for (int i = 0; i < FEATURES; i++)
            at += sprintf(at, ",%d", row + i % 1000);
        *at++ = '\n';
    }
    assert_true(read_bytes(&reading, text, (size_t)(at - text)));
    assert_int_equal(reading.train.rows, 2);
    assert_int_equal(reading.train.features, FEATURES);
    for (int i = 0; i < 2 * FEATURES; i++)
        assert_true(reading.train.x[i] == (float)(i / FEATURES + i % FEATURES % 1000));
    reading_done(&reading);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_usual_separator_and_line_end_is_read),
        cmocka_unit_test(a_header_is_skipped_when_announced),
        cmocka_unit_test(a_header_that_was_not_announced_is_recognised),
        cmocka_unit_test(labels_become_classes_in_ascending_order),
        cmocka_unit_test(a_test_set_shares_the_labels_of_its_training_set),
        cmocka_unit_test(a_test_set_cannot_bring_new_labels),
        cmocka_unit_test(a_test_set_has_the_features_of_its_training_set),
        cmocka_unit_test(every_mistake_is_told_with_its_line),
        cmocka_unit_test(a_nul_in_a_number_is_a_mistake),
        cmocka_unit_test(a_real_number_per_row_as_label_is_refused_early),
        cmocka_unit_test(lines_longer_than_the_buffers_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
