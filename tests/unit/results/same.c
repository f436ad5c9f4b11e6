/* SPDX-License-Identifier: MIT
 * same.c -- the same runs make the same database, but for the tables of wall clock and cache.
 */
#include "tests/unit/results/fixture.h"

static void write_two_runs(const char *path, const char *created_utc, double wall_s)
{
    for (int i = 0; i < 2; i++) {
        struct run_info info = some_info();
        struct run_end end = some_end();
        struct ledger *ledger = some_ledger(10 + i, 5);

        info.created_utc = created_utc;
        end.wall_s = wall_s;
        write_whole_run(path, &info, &end, ledger);
        ledger_free(ledger);
    }
}

static void two_fresh_files_are_equal_byte_by_byte(void **state)
{
    struct folder *folder = *state;
    char other[96], *a, *b;
    size_t a_size, b_size;

    snprintf(other, sizeof other, "%s/other.db", folder->path);
    write_two_runs(folder->db, "2025-01-31T12:00:00Z", 1.5);
    write_two_runs(other, "2025-01-31T12:00:00Z", 1.5);
    a = file_content(folder->db, &a_size);
    b = file_content(other, &b_size);
    assert_int_equal(a_size, b_size);
    assert_memory_equal(a, b, a_size);
    free(a);
    free(b);
}

static void the_dump_leaves_out_what_the_clock_says(void **state)
{
    struct folder *folder = *state;
    char other[96], *a, *b;

    snprintf(other, sizeof other, "%s/other.db", folder->path);
    write_two_runs(folder->db, "2025-01-31T12:00:00Z", 1.5);
    write_two_runs(other, "2025-01-31T13:00:00Z", 2.5);
    a = dump_of(folder->db);
    b = dump_of(other);
    assert_string_equal(a, b);
    assert_null(strstr(a, "2025-01-31"));
    assert_null(strstr(a, "traincast run"));
    free(a);
    free(b);
}

static void the_dump_sees_the_last_bit_of_a_number(void **state)
{
    struct folder *folder = *state;
    char other[96], *text[2];

    snprintf(other, sizeof other, "%s/other.db", folder->path);
    for (int i = 0; i < 2; i++) {
        struct run_info info = some_info();
        struct run_end end = some_end();
        struct ledger *ledger = some_ledger(1, 1);

        if (i)
            end.sim_time_s = nextafter(end.sim_time_s, INFINITY);
        write_whole_run(i ? other : folder->db, &info, &end, ledger);
        text[i] = dump_of(i ? other : folder->db);
        ledger_free(ledger);
    }
    assert_string_not_equal(text[0], text[1]);
    free(text[0]);
    free(text[1]);
}

static void the_dump_holds_every_table_but_two(void **state)
{
    struct folder *folder = *state;
    char *text, line[80];
    sqlite3 *db;
    sqlite3_stmt *statement;

    write_two_runs(folder->db, "2025-01-31T12:00:00Z", 1.5);
    plan_some_run(folder->db, 3);
    text = dump_of(folder->db);
    db = open_to_read(folder->db);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT name FROM sqlite_master WHERE type = 'table'"
                                        " AND name NOT LIKE 'sqlite_%'",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const char *table = (const char *)sqlite3_column_text(statement, 0);

        snprintf(line, sizeof line, "%s: ", table);
        assert_int_equal(strstr(text, line) == NULL, !strcmp(table, RESULTS_WALL_TABLE) ||
                                                         !strcmp(table, RESULTS_CACHE_TABLE));
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(two_fresh_files_are_equal_byte_by_byte),
        IN_FOLDER(the_dump_leaves_out_what_the_clock_says),
        IN_FOLDER(the_dump_sees_the_last_bit_of_a_number),
        IN_FOLDER(the_dump_holds_every_table_but_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
