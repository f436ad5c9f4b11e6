/* SPDX-License-Identifier: MIT
 * refuse.c -- what is not ours, or cannot be written, is left alone with a sentence that says
 * so. */
#include "tests/unit/results/fixture.h"

#include <sys/wait.h>

#include "base/rng.h"

static void write_file(const char *path, const char *content, size_t size)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, size, file), size);
    fclose(file);
}

static void make_database(const char *path, const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void assert_says(const char *sentence, const char *path, const char *reason)
{
    if (!strstr(sentence, path) || !strstr(sentence, reason))
        fail_msg("'%s' does not mention '%s' and '%s'", sentence, path, reason);
}

/* Opening fails, says so, and changes no byte of the file. */
static void assert_refused(const char *path, const char *reason)
{
    struct err err = {""};
    size_t before_size, after_size;
    char *before = file_content(path, &before_size), *after;

    assert_null(results_open(path, NULL, &err));
    assert_says(err.text, path, reason);
    after = file_content(path, &after_size);
    assert_int_equal(before_size, after_size);
    assert_memory_equal(before, after, before_size);
    free(before);
    free(after);
}

static void a_directory_is_refused(void **state)
{
    struct folder *folder = *state;
    struct err err = {""};

    assert_null(results_open(folder->path, NULL, &err));
    assert_says(err.text, folder->path, "is a directory");
}

static void an_empty_name_and_a_device_are_refused(void **state)
{
    struct err err = {""};

    (void)state;
    assert_null(results_open("", NULL, &err));
    assert_says(err.text, "", "empty");
    err.text[0] = '\0';
    assert_null(results_open("/dev/null", NULL, &err));
    assert_says(err.text, "/dev/null", "not a regular file");
}

static void a_folder_that_does_not_exist_is_refused(void **state)
{
    struct folder *folder = *state;
    struct err err = {""};
    char path[96];

    snprintf(path, sizeof path, "%s/absent/results.db", folder->path);
    assert_null(results_open(path, NULL, &err));
    assert_says(err.text, path, "No such file or directory");
}

static void a_text_file_is_refused(void **state)
{
    struct folder *folder = *state;
    char text[2000];

    memset(text, 'x', sizeof text);
    write_file(folder->db, text, sizeof text);
    assert_refused(folder->db, "is no SQLite database");
    write_file(folder->db, "name: x\n", 8); /* shorter than a header */
    assert_refused(folder->db, "is no SQLite database");
}

static void another_programs_database_is_refused(void **state)
{
    struct folder *folder = *state;

    make_database(folder->db, "CREATE TABLE run (x)");
    assert_refused(folder->db, "database of another program");
}

static void another_programs_database_that_has_no_tables_is_refused(void **state)
{
    struct folder *folder = *state;

    make_database(folder->db, "PRAGMA application_id = 7");
    assert_refused(folder->db, "database of another program");
}

static void a_database_of_a_newer_version_is_refused(void **state)
{
    struct folder *folder = *state;

    write_some_run(folder->db);
    make_database(folder->db, "PRAGMA user_version = 999");
    assert_refused(folder->db, "newer traincast (schema 999");
}

static void an_empty_file_is_as_good_as_none(void **state)
{
    struct folder *folder = *state;

    write_file(folder->db, "", 0);
    assert_int_equal(write_some_run(folder->db), 1);
}

/* As a user without rights (root may do everything).  The reason, or "" when it was opened. */
static void open_as_nobody(const char *path, char *ret_text, size_t size)
{
    int ends[2];
    pid_t child;
    ssize_t got;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        struct err err = {""};
        struct results *results;

        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(1);
        results = results_open(path, NULL, &err);
        if (write(ends[1], err.text, strlen(err.text)) < 0)
            _exit(1);
        results_close(results);
        _exit(0);
    }
    close(ends[1]);
    got = read(ends[0], ret_text, size - 1);
    ret_text[got > 0 ? got : 0] = '\0';
    close(ends[0]);
    waitpid(child, NULL, 0);
}

static void a_file_without_permission_is_refused(void **state)
{
    struct folder *folder = *state;
    char text[1024];

    write_some_run(folder->db);
    assert_int_equal(chmod(folder->db, 0444), 0);
    assert_int_equal(chmod(folder->path, 0777), 0);
    open_as_nobody(folder->db, text, sizeof text);
    assert_says(text, folder->db, "may not be written: Permission denied");
}

static void a_read_only_directory_is_refused_with_and_without_a_file_in_it(void **state)
{
    struct folder *folder = *state;
    char text[1024];

    assert_int_equal(chmod(folder->path, 0555), 0);
    open_as_nobody(folder->db, text, sizeof text);
    assert_says(text, folder->db, "the directory of");
    assert_int_equal(chmod(folder->path, 0755), 0);
    write_some_run(folder->db);
    assert_int_equal(chmod(folder->db, 0666), 0);
    assert_int_equal(chmod(folder->path, 0555), 0);
    open_as_nobody(folder->db, text, sizeof text);
    assert_says(text, folder->db, "the directory of");
    assert_int_equal(chmod(folder->path, 0755), 0);
}

/* Whatever stands in it: a sentence or success, and no crash. */
static void a_damaged_file_is_never_a_crash(void **state)
{
    struct folder *folder = *state;
    struct rng rng = rng_at(rng_stream(1, "damage"), 0, 0);
    struct run_info info = some_info();
    struct run_end end = some_end();
    struct ledger *ledger = some_ledger(10, 10);
    size_t size;
    char *sound, *damaged;
    int failed = 0;

    write_some_run(folder->db);
    sound = file_content(folder->db, &size);
    for (int i = 0; i < 100; i++) {
        struct err err = {""};
        struct results *results;
        int64_t run_id;
        bool ok;

        damaged = malloc(size);
        memcpy(damaged, sound, size);
        for (int hit = 0; hit < 200; hit++) /* the header stays: it is ours */
            damaged[100 + rng_below(&rng, size - 100)] = (char)rng_u32(&rng);
        write_file(folder->db, damaged, i % 4 ? size : rng_below(&rng, size));
        free(damaged);
        results = results_open(folder->db, NULL, &err);
        ok = results && results_begin(results, &info, &run_id, &err) &&
             results_finish(results, run_id, &end, ledger, &err);
        assert_int_equal(ok, err.text[0] == '\0');
        failed += !ok;
        results_close(results);
    }
    assert_true(failed > 50);
    free(sound);
    ledger_free(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_directory_is_refused),
        cmocka_unit_test(an_empty_name_and_a_device_are_refused),
        IN_FOLDER(a_folder_that_does_not_exist_is_refused),
        IN_FOLDER(a_text_file_is_refused),
        IN_FOLDER(another_programs_database_is_refused),
        IN_FOLDER(another_programs_database_that_has_no_tables_is_refused),
        IN_FOLDER(a_database_of_a_newer_version_is_refused),
        IN_FOLDER(an_empty_file_is_as_good_as_none),
        IN_FOLDER(a_file_without_permission_is_refused),
        IN_FOLDER(a_read_only_directory_is_refused_with_and_without_a_file_in_it),
        IN_FOLDER(a_damaged_file_is_never_a_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
