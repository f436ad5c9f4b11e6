/* SPDX-License-Identifier: MIT
 * migrate.c -- an older file is brought up to the program's version, or left as it was. */
#include "tests/unit/results/fixture.h"

#include "sim/results/inside.h"

/* The schema as it might look one version on. */
static struct schema next_schema(const char *script)
{
    static const char *scripts[100];

    assert_true(schema_ours.version < 100);
    for (int i = 0; i < schema_ours.version; i++)
        scripts[i] = schema_ours.script[i];
    scripts[schema_ours.version] = script;
    return (struct schema){scripts, schema_ours.version + 1};
}

static const char *version_after(int more)
{
    static char text[32];

    snprintf(text, sizeof text, "%d", schema_ours.version + more);
    return text;
}

static bool bring_up(struct results *results, const struct schema *schema, struct err *err)
{
    bool ok = results_execute(results, "BEGIN IMMEDIATE", err) &&
              schema_bring_up(results, schema, err);

    return results_execute(results, ok ? "COMMIT" : "ROLLBACK", err) && ok;
}

static void an_older_file_gains_what_is_new_and_keeps_its_runs(void **state)
{
    struct folder *folder = *state;
    struct schema next = next_schema("ALTER TABLE run ADD COLUMN colour TEXT DEFAULT 'red';");
    struct results *results;
    struct err err = {""};

    write_some_run(folder->db);
    results = open_ours(folder->db);
    assert_true(bring_up(results, &next, &err));
    results_close(results);
    assert_string_equal(ask(folder->db, "SELECT colour FROM run"), "red");
    assert_string_equal(ask(folder->db, "SELECT status FROM runs"), "done");
    assert_string_equal(ask(folder->db, "PRAGMA user_version"), version_after(1));
    err.text[0] = '\0';
    assert_null(results_open(folder->db, NULL, &err)); /* now too new for us */
    assert_non_null(strstr(err.text, "newer traincast (schema "));
    assert_non_null(strstr(err.text, version_after(1)));
}

/* Made by the first schema, without runs. */
static void write_first_schema(const char *path)
{
    struct schema first = {schema_ours.script, 1};
    struct results *results = open_ours(path);
    struct err err = {""};

    assert_true(bring_up(results, &first, &err));
    results_close(results);
}

static void an_older_file_is_brought_up_before_it_is_read(void **state)
{
    struct folder *folder = *state;
    struct results *results;
    struct err err = {""};

    write_first_schema(folder->db);
    assert_string_equal(ask(folder->db, "PRAGMA user_version"), "1");
    results = results_open_to_read(folder->db, &err);
    assert_string_equal(err.text, "");
    results_close(results);
    assert_string_equal(ask(folder->db, "PRAGMA user_version"), version_after(0));
}

static void an_older_file_that_is_locked_is_refused_and_left_as_it_was(void **state)
{
    struct folder *folder = *state;
    struct err err = {""};
    sqlite3 *other;

    write_first_schema(folder->db);
    assert_int_equal(sqlite3_open(folder->db, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_null(results_open_to_read_within(folder->db, 10, &err));
    assert_non_null(strstr(err.text, "written by an older traincast (schema 1, "));
    assert_non_null(strstr(err.text, "is locked by another program"));
    sqlite3_close(other);
    assert_string_equal(ask(folder->db, "PRAGMA user_version"), "1");
}

static void a_migration_that_fails_leaves_the_file_as_it_was(void **state)
{
    struct folder *folder = *state;
    struct schema next = next_schema("ALTER TABLE run ADD COLUMN colour TEXT; nonsense;");
    struct results *results;
    struct err err = {""};
    char *before, *after;

    write_some_run(folder->db);
    before = dump_of(folder->db);
    results = open_ours(folder->db);
    assert_false(bring_up(results, &next, &err));
    results_close(results);
    after = dump_of(folder->db);
    assert_string_equal(before, after);
    assert_string_equal(ask(folder->db, "PRAGMA user_version"), version_after(0));
    free(before);
    free(after);
}

static void words_that_an_older_file_lacks_are_added(void **state)
{
    struct folder *folder = *state;
    sqlite3 *db;

    write_some_run(folder->db);
    assert_int_equal(sqlite3_open(folder->db, &db), SQLITE_OK);
    /* As if 'crashed' had come to the list later: its place is taken by an old word. */
    assert_int_equal(
        sqlite3_exec(db,
                     "DELETE FROM run; DELETE FROM misfortune;"
                     " UPDATE outcome SET name = 'forgotten' WHERE name = 'crashed'",
                     NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    write_some_run(folder->db);
    assert_string_equal(ask(folder->db, "SELECT outcome FROM misfortunes"), "crashed");
    assert_string_equal(
        ask(folder->db, "SELECT count(*) FROM outcome WHERE name = 'forgotten'"), "1");
}

static void the_file_carries_our_mark_and_version(void **state)
{
    struct folder *folder = *state;
    char expected[32];

    write_some_run(folder->db);
    snprintf(expected, sizeof expected, "%d", SCHEMA_APPLICATION_ID);
    assert_string_equal(ask(folder->db, "PRAGMA application_id"), expected);
    assert_string_equal(ask(folder->db, "PRAGMA user_version"), version_after(0));
    assert_string_equal(ask(folder->db, "PRAGMA journal_mode"), "delete");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(an_older_file_gains_what_is_new_and_keeps_its_runs),
        IN_FOLDER(an_older_file_is_brought_up_before_it_is_read),
        IN_FOLDER(an_older_file_that_is_locked_is_refused_and_left_as_it_was),
        IN_FOLDER(a_migration_that_fails_leaves_the_file_as_it_was),
        IN_FOLDER(words_that_an_older_file_lacks_are_added),
        IN_FOLDER(the_file_carries_our_mark_and_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
