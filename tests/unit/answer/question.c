/* SPDX-License-Identifier: MIT
 * question.c -- the head of a question's file, rows in groups, headings and exact numbers. */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sim/answer/question.h"
#include "sim/answer/rows.h"
#include "sim/answer/table.h"

static struct question read_text(const char *text)
{
    char path[] = "/tmp/traincast-question-XXXXXX";
    int file = mkstemp(path);
    struct question question;
    struct err err = {""};

    assert_true(write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
    assert_true(question_read(&question, path, &err));
    unlink(path);
    return question;
}

static void a_head_has_sentence_words_and_parameters(void **state)
{
    struct question question = read_text("-- How many?\n--\n-- More words:\n--   indented.\n"
                                         "-- :loss = none   a number\n-- {y}   must be given\n"
                                         "-- draw: heat\n-- log: xy\nSELECT 1 -- a remark\n");

    (void)state;
    assert_string_equal(question.summary, "How many?");
    assert_string_equal(question.doc, "More words:\n  indented.");
    assert_int_equal(question.params, 2);
    assert_string_equal(question.param[0].name, "loss");
    assert_string_equal(question.param[0].preset, "none");
    assert_string_equal(question.param[0].doc, "a number");
    assert_false(question.param[0].is_expression);
    assert_string_equal(question.param[1].name, "y");
    assert_null(question.param[1].preset);
    assert_true(question.param[1].is_expression);
    assert_string_equal(question.draw, "heat");
    assert_string_equal(question.log, "xy");
    assert_string_equal(question.sql, "SELECT 1 -- a remark\n");
    question_done(&question);
}

static void a_file_without_a_head_is_sql(void **state)
{
    struct question question = read_text("SELECT 1");

    (void)state;
    assert_string_equal(question.sql, "SELECT 1");
    assert_string_equal(question.summary, "");
    assert_null(question.draw);
    question_done(&question);
}

static void groups_come_in_order_of_appearance(void **state)
{
    static const char *const words[] = {"b", "a", "b", NULL, "c", "a"};
    static const size_t expected[] = {0, 1, 0, 2, 3, 1};
    struct rows rows = {0};
    struct groups groups;

    (void)state;
    for (size_t i = 0; i < 6; i++)
        rows_add(&rows, &(struct results_cell){"word", words[i], NAN}, 1);
    groups = groups_of(&rows, 0);
    assert_int_equal(groups.count, 4);
    assert_string_equal(groups.name[2], "-"); /* SQL's NULL */
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(groups.of_row[i], expected[i]);
    groups_done(&groups);
    rows_done(&rows);
}

static void headings_have_their_unit(void **state)
{
    static const char *const pairs[][2] = {{"sim_time_s", "simulated time (s)"},
                                           {"cost_usd", "cost (USD)"},
                                           {"time_percent", "time (%)"},
                                           {"train_loss", "train loss"},
                                           {"workers", "workers"}};

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct text heading = {0};

        table_heading(pairs[i][0], &heading);
        assert_string_equal(heading.chars, pairs[i][1]);
        text_done(&heading);
    }
}

static void exact_numbers_are_short_and_come_back(void **state)
{
    static const double numbers[] = {0.1, 1.0 / 3, 1e300, 5e-324, 123456789012345678.0, -0.5};
    char out[32];

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        table_exact(numbers[i], out);
        assert_true(strtod(out, NULL) == numbers[i]);
    }
    table_exact(0.1, out);
    assert_string_equal(out, "0.1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_has_sentence_words_and_parameters),
        cmocka_unit_test(a_file_without_a_head_is_sql),
        cmocka_unit_test(groups_come_in_order_of_appearance),
        cmocka_unit_test(headings_have_their_unit),
        cmocka_unit_test(exact_numbers_are_short_and_come_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
