/* SPDX-License-Identifier: MIT
 * csv.c -- a user's csv is read by the names of its columns, and its mistakes have a place. */
#include "sim/calibrate/csv.h"

#include "tests/unit/calibrate/paper.h"

enum { WHAT, SIZE, TIME, MANY };

static const struct csv_column wanted[] = {
    [WHAT] = {.name = "operation", .is_word = true},
    [SIZE] = {.name = "bytes", .max = 1e18},
    [TIME] = {.name = "seconds", .max = 1e9, .above_min = true},
    [MANY] = {.name = "concurrency", .optional = true, .min = 1, .max = 1e9},
    {.name = NULL},
};

struct reading {
    struct csv csv;
    struct diag_list diags;
};

static bool read_text(struct reading *reading, const char *text)
{
    diag_init(&reading->diags);
    return csv_read(&reading->csv, paper(text), wanted, 1, &reading->diags);
}

static void forget(struct reading *reading)
{
    csv_done(&reading->csv);
    diag_done(&reading->diags);
    paper_away();
}

static void columns_are_found_by_name_in_any_order(void **state)
{
    struct reading r;

    (void)state;
    assert_true(
        read_text(&r, "seconds,note,operation,bytes\n0.5,first,PUT,10\n1e-3,,GET,20\n"));
    assert_int_equal(r.csv.rows, 2);
    assert_close(r.csv.number[TIME][1], 1e-3, 0);
    assert_close(r.csv.number[SIZE][1], 20, 0);
    assert_string_equal(r.csv.words[r.csv.word[WHAT][1]], "GET");
    assert_false(r.csv.has[MANY]);
    assert_int_equal(r.csv.line[1], 3);
    forget(&r);
}

static void spreadsheets_write_it_their_way(void **state)
{
    static const char *const ways[] = {
        "operation,bytes,seconds\nPUT,10,0.5\n",
        "operation;bytes;seconds\nPUT;10;0.5",
        "operation\tbytes\tseconds\nPUT\t10\t0.5\n",
        "\357\273\277operation,bytes,seconds\r\nPUT,10,0.5\r\n\r\n",
        "# by hand\n\"operation\" , \"bytes\",\"seconds\"\n# warm\n \"PUT\" ,10 , 0.5 \n\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct reading r;

        if (!read_text(&r, ways[i]))
            diag_print(&r.diags, stderr);
        assert_int_equal(r.csv.rows, 1);
        assert_close(r.csv.number[TIME][0], 0.5, 0);
        assert_string_equal(r.csv.words[0], "PUT");
        forget(&r);
    }
}

static void quotes_hold_separators_and_quotes(void **state)
{
    struct reading r;

    (void)state;
    assert_true(read_text(&r, "operation,bytes,seconds\n\"a,\"\"b\"\"\",1,2\n"));
    assert_string_equal(r.csv.words[0], "a,\"b\"");
    forget(&r);
}

static void every_mistake_has_its_line(void **state)
{
    static const struct {
        const char *text;
        int line;
        const char *says;
    } wrong[] = {
        {"operation,bytes\nPUT,1\n", 1, "there is no column 'seconds'"},
        {"operation,byte,seconds\nPUT,1,1\n", 1, "is it the one called 'byte'?"},
        {"operation,bytes,seconds,bytes\nPUT,1,1,1\n", 1, "'bytes' is given twice"},
        {"operation,bytes,seconds\nPUT,1,1\nPUT,1,-0.5\n", 3,
         "'seconds' is -0.5, but must be above 0"},
        {"operation,bytes,seconds\nPUT,1,0\n", 2, "must be above 0"},
        {"operation,bytes,seconds\nPUT,-1,1\n", 2, "'bytes' is -1, but must be at least 0"},
        {"operation,bytes,seconds\n\nPUT,1 MB,1\n", 3, "a plain number, not '1 MB'"},
        {"operation,bytes,seconds\nPUT,1,nan\n", 2, "a plain number, not 'nan'"},
        {"operation,bytes,seconds\nPUT,1e300,1\n", 2, "'bytes' is 1e300, but must be at most"},
        {"operation,bytes,seconds\nPUT,,1\n", 2, "a plain number, not ''"},
        {"operation,bytes,seconds\nPUT,1\n", 2, "names 3 columns, this row has 2"},
        {"operation,bytes,seconds\nPUT,1,1,5\n", 2, "names 3 columns, this row has 4"},
        {"operation,bytes,seconds,concurrency\nPUT,1,1,0\n", 2, "must be at least 1"},
        {"operation,bytes,seconds\n", 1, "there are 0 measurements"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct reading r;

        if (read_text(&r, wrong[i].text))
            fail_msg("taken: %s", wrong[i].text);
        assert_says(&r.diags, wrong[i].line, wrong[i].says);
        forget(&r);
    }
}

static void all_mistakes_are_told_at_once(void **state)
{
    struct reading r;

    (void)state;
    assert_false(
        read_text(&r, "operation,bytes,seconds\nPUT,x,1\nPUT,1,-1\nPUT,1,1\nPUT,1,y\n"));
    assert_int_equal(r.diags.errors, 3);
    forget(&r);
}

static void a_missing_file_is_said(void **state)
{
    struct reading r;

    (void)state;
    diag_init(&r.diags);
    assert_false(csv_read(&r.csv, "/nonexistent/x.csv", wanted, 1, &r.diags));
    assert_says(&r.diags, 0, "/nonexistent/x.csv");
    forget(&r);
}

static void words_without_end_are_refused(void **state)
{
    enum { WORDS = CSV_WORDS_MOST + 5 };
    char *text = malloc(64 + WORDS * 32), *at = text;
    struct reading r;

    (void)state;
    at += sprintf(at, "operation,bytes,seconds\n");
    for (int i = 0; i < WORDS; i++)
        at += sprintf(at, "request-%d,1,1\n", i);
    assert_false(read_text(&r, text));
    assert_says(&r.diags, CSV_WORDS_MOST + 2, "more than 1000 different");
    forget(&r);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_found_by_name_in_any_order),
        cmocka_unit_test(spreadsheets_write_it_their_way),
        cmocka_unit_test(quotes_hold_separators_and_quotes),
        cmocka_unit_test(every_mistake_has_its_line),
        cmocka_unit_test(all_mistakes_are_told_at_once),
        cmocka_unit_test(a_missing_file_is_said),
        cmocka_unit_test(words_without_end_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
