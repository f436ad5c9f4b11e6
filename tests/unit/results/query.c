/* SPDX-License-Identifier: MIT
 * query.c -- reading back: what statements are taken, what comes out, and that nothing changes.
 */
#include "tests/unit/results/fixture.h"

struct seen {
    int rows;
    char text[8][64];
    double number[8];
    char name[8][64];
};

static void keep(void *arg, const struct results_cell *cell, int columns)
{
    struct seen *seen = arg;

    seen->rows++;
    for (int i = 0; i < columns && i < 8; i++) {
        snprintf(seen->text[i], sizeof seen->text[i], "%s",
                 cell[i].text ? cell[i].text : "NULL");
        snprintf(seen->name[i], sizeof seen->name[i], "%s", cell[i].name);
        seen->number[i] = cell[i].number;
    }
}

static int64_t write_run(const struct folder *folder)
{
    struct ledger *ledger = some_ledger(3, 5);
    struct run_info info = some_info();
    struct run_end end = some_end();
    int64_t run_id = write_whole_run(folder->db, &info, &end, ledger);

    ledger_free(ledger);
    return run_id;
}

static struct results *open_it(const struct folder *folder)
{
    struct err err = {""};
    struct results *results = results_open_to_read(folder->db, &err);

    assert_string_equal(err.text, "");
    assert_non_null(results);
    return results;
}

static void cells_come_with_name_text_and_number(void **state)
{
    struct folder *folder = *state;
    int64_t run_id = write_run(folder);
    struct results *results = open_it(folder);
    const struct results_param params[] = {
        {"run_id", NULL, run_id}, {"name", "t2.medium", 0}, {0}};
    struct seen seen = {0};
    struct err err = {""};

    assert_true(results_query(results,
                              "SELECT name, workers, 0.1 AS tenth, campaign, :name"
                              " FROM runs WHERE run_id = :run_id",
                              params, keep, &seen, &err));
    assert_int_equal(seen.rows, 1);
    assert_string_equal(seen.text[0], "higgs-lr-faas");
    assert_true(isnan(seen.number[0]));
    assert_close(seen.number[1], 10, 0);
    assert_string_equal(seen.name[2], "tenth");
    assert_close(seen.number[2], 0.1, 0);
    assert_string_equal(seen.text[3], "NULL");
    assert_string_equal(seen.text[4], "t2.medium");
    results_close(results);
}

static void every_row_is_given(void **state)
{
    struct folder *folder = *state;
    struct results *results;
    struct seen seen = {0};
    struct err err = {""};

    write_run(folder);
    results = open_it(folder);
    assert_true(results_query(results, "SELECT round FROM rounds;", NULL, keep, &seen, &err));
    assert_int_equal(seen.rows, 5);
    results_close(results);
}

static void nothing_can_be_written(void **state)
{
    static const char *const writes[] = {"DELETE FROM run", "DROP VIEW runs",
                                         "PRAGMA user_version = 7",
                                         "SELECT 1; DELETE FROM run"};
    struct folder *folder = *state;
    struct results *results;
    struct seen seen = {0};
    char before[64];

    write_run(folder);
    snprintf(before, sizeof before, "%s", ask(folder->db, "SELECT count(*) FROM run"));
    results = open_it(folder);
    for (size_t i = 0; i < sizeof writes / sizeof *writes; i++) {
        struct err err = {""};

        results_query(results, writes[i], NULL, keep, &seen, &err);
    }
    results_close(results);
    assert_string_equal(ask(folder->db, "SELECT count(*) FROM run"), before);
    assert_string_equal(
        ask(folder->db, "SELECT count(*) FROM sqlite_master WHERE name = 'runs'"), "1");
    assert_string_not_equal(ask(folder->db, "PRAGMA user_version"), "7");
}

static void a_file_that_is_not_there_is_not_made(void **state)
{
    struct folder *folder = *state;
    struct err err = {""};

    assert_null(results_open_to_read(folder->db, &err));
    assert_non_null(strstr(err.text, "No such file"));
    assert_int_equal(access(folder->db, F_OK), -1);
}

static void statements_are_checked_without_a_database(void **state)
{
    static const struct {
        const char *sql, *why;
    } wrong[] = {
        {"SELECT sim_time FROM runs", "no such column: sim_time"},
        {"SELECT sim_time_s, name FROM runs", "it has 2 columns, not 1"},
        {"DELETE FROM run", "it does not only read"},
        {"SELECT 1; SELECT 2", "there is more than one statement in it"},
        {" ", "there is no statement in it"},
        {"SELECT sim_time_s FROM runs WHERE run_id = :run", "there is no parameter ':run'"},
        {"SELECT sim_time_s FROM runs WHERE run_id = ?", "there is no parameter '?'"},
    };
    const struct results_param params[] = {{"run_id", NULL, 0}, {0}};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err err = {""};

        assert_false(results_check_query(wrong[i].sql, params, 1, &err));
        assert_string_equal(err.text, wrong[i].why);
    }
    assert_true(results_check_query("SELECT sim_time_s FROM runs WHERE run_id = :run_id",
                                    params, 1, &(struct err){""}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(cells_come_with_name_text_and_number),
        IN_FOLDER(every_row_is_given),
        IN_FOLDER(nothing_can_be_written),
        IN_FOLDER(a_file_that_is_not_there_is_not_made),
        cmocka_unit_test(statements_are_checked_without_a_database),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
