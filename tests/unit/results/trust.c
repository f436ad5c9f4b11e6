/* SPDX-License-Identifier: MIT
 * trust.c -- kill -9, a full disk, a lock, a vanished file: what was committed stays, and what
 * was not is reported. */
#include "tests/unit/results/fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "base/rng.h"

enum { WORKERS = 200, ROUNDS = 100 };

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void assert_sound(const char *path)
{
    assert_string_equal(ask(path, "PRAGMA integrity_check"), "ok");
    assert_string_equal(ask(path, "PRAGMA foreign_key_check"), "");
}

/* Writes runs for ever and reports each that was committed. */
static void write_until_killed(const char *path, int report)
{
    struct ledger *ledger = some_ledger(WORKERS, ROUNDS);
    struct run_info info = some_info();
    struct run_end end = some_end();
    struct err err = {""};

    end.rounds = ROUNDS;
    for (;;) {
        struct results *results = results_open(path, NULL, &err);
        int64_t run_id;

        if (!results || !results_begin(results, &info, &run_id, &err) ||
            !results_finish(results, run_id, &end, ledger, &err) ||
            write(report, &run_id, sizeof run_id) != sizeof run_id)
            _exit(1);
        results_close(results);
    }
}

static void what_was_committed_survives_kill_9_at_any_moment(void **state)
{
    struct folder *folder = *state;
    struct rng rng = rng_at(rng_stream(1, "kill"), 0, 0);
    int64_t committed = 0, run_id;
    char sql[80];

    for (int i = 0; i < 20; i++) {
        struct timespec pause = {0, (long)(1000000 + rng_below(&rng, 40000000))};
        int ends[2], status;
        pid_t child;

        assert_int_equal(pipe(ends), 0);
        child = fork();
        if (child == 0)
            write_until_killed(folder->db, ends[1]);
        close(ends[1]);
        /* Some are killed before their first run is whole; the last one surely after it. */
        if (i == 19 && read(ends[0], &run_id, sizeof run_id) == sizeof run_id)
            committed++;
        nanosleep(&pause, NULL);
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        assert_true(WIFSIGNALED(status)); /* it did not leave by an error */
        while (read(ends[0], &run_id, sizeof run_id) == sizeof run_id) {
            committed++;
            snprintf(sql, sizeof sql, "SELECT status FROM runs WHERE run_id = %lld",
                     (long long)run_id);
            assert_string_equal(ask(folder->db, sql), "done");
        }
        close(ends[0]);
    }
    write_some_run(folder->db); /* goes on as if nothing had been */
    assert_true(committed > 0);
    assert_sound(folder->db);
    /* All rows of a run or none of them. */
    assert_string_equal(ask(folder->db, "SELECT count(*) FROM runs WHERE (SELECT count(*) FROM"
                                        " rounds WHERE rounds.run_id = runs.run_id) <>"
                                        " iif(status = 'running', 0, rounds)"),
                        "0");
    assert_string_equal(ask(folder->db, "SELECT count(*) FROM runs WHERE status NOT IN"
                                        " ('running', 'done')"),
                        "0");
}

/* Begins a run, lets `harm` happen, fails to finish, undoes the harm, and finishes. */
static void fail_to_finish(struct folder *folder, void (*harm)(struct folder *folder, bool on),
                           const char *reason)
{
    struct results *results;
    struct run_info info = some_info();
    struct run_end end = some_end();
    struct ledger *ledger = some_ledger(2000, 2000);
    struct err err = {""};
    int64_t run_id = 0;
    char *before, *after;

    write_some_run(folder->db);
    results = open_ours(folder->db);
    assert_true(results_begin(results, &info, &run_id, &err));
    before = dump_of(folder->db);
    harm(folder, true);
    assert_false(results_finish(results, run_id, &end, ledger, &err));
    if (!strstr(err.text, reason) || !strstr(err.text, folder->db))
        fail_msg("'%s' does not mention '%s'", err.text, reason);
    harm(folder, false);
    after = dump_of(folder->db);
    assert_string_equal(before, after);
    assert_sound(folder->db);
    err.text[0] = '\0';
    assert_true(results_finish(results, run_id, &end, ledger, &err));
    assert_sound(folder->db);
    free(before);
    free(after);
    ledger_free(ledger);
    results_close(results);
}

static void limit_file_size(struct folder *folder, bool on)
{
    struct stat status;
    struct rlimit limit;

    assert_int_equal(stat(folder->db, &status), 0);
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = on ? (rlim_t)status.st_size + 20000 : limit.rlim_max;
    signal(SIGXFSZ, on ? SIG_IGN : SIG_DFL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_file_that_may_not_grow_is_left_as_it_was(void **state)
{
    fail_to_finish(*state, limit_file_size, "nothing was written");
}

static void fill_disk(struct folder *folder, bool on)
{
    char path[96], block[4096] = {0};
    FILE *file;

    snprintf(path, sizeof path, "%s/filler", folder->path);
    if (!on) {
        remove(path);
        return;
    }
    file = fopen(path, "wb");
    assert_non_null(file);
    setvbuf(file, NULL, _IONBF, 0);
    while (fwrite(block, sizeof block, 1, file) == 1)
        ;
    fclose(file);
    assert_int_equal(truncate(path, 1 << 20), 0); /* leaves a little room */
}

static void a_full_disk_leaves_the_file_as_it_was(void **state)
{
    struct folder *folder = *state;

    if (mount("tmpfs", folder->path, "tmpfs", 0, "size=1200k") != 0)
        skip(); /* only root may */
    fail_to_finish(folder, fill_disk, "no space is left");
}

static void a_disk_full_from_the_start_is_reported_by_begin(void **state)
{
    struct folder *folder = *state;
    struct results *results;
    struct run_info info = some_info();
    struct err err = {""};
    int64_t run_id;

    if (mount("tmpfs", folder->path, "tmpfs", 0, "size=16k") != 0)
        skip();
    results = open_ours(folder->db);
    assert_false(results_begin(results, &info, &run_id, &err));
    assert_non_null(strstr(err.text, "no space is left"));
    results_close(results);
}

static sqlite3 *lock(const char *path, const char *how)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, how, NULL, NULL, NULL), SQLITE_OK);
    return db;
}

static void a_locked_file_is_reported_after_the_timeout(void **state)
{
    struct folder *folder = *state;
    const struct results_options options = {.busy_timeout_ms = 200};
    struct run_info info = some_info();
    struct run_end end = some_end();
    struct ledger *ledger = some_ledger(1, 1);
    struct results *results;
    struct err err = {""};
    int64_t run_id;
    sqlite3 *other;
    double begin_s;

    write_some_run(folder->db);
    results = results_open(folder->db, &options, &err);
    assert_true(results_begin(results, &info, &run_id, &err));
    other = lock(folder->db, "BEGIN EXCLUSIVE");
    begin_s = now_s();
    assert_false(results_finish(results, run_id, &end, ledger, &err));
    assert_true(now_s() - begin_s >= 0.2 && now_s() - begin_s < 5);
    assert_non_null(strstr(err.text, "is locked by another program, for more than 0.2 s"));
    err.text[0] = '\0';
    assert_null(results_open(folder->db, &options, &err));
    assert_non_null(strstr(err.text, "is locked by another program"));
    sqlite3_close(other);
    err.text[0] = '\0';
    assert_true(results_finish(results, run_id, &end, ledger, &err));
    results_close(results);
    ledger_free(ledger);
    assert_sound(folder->db);
}

static void a_reader_that_never_ends_is_reported_too(void **state)
{
    struct folder *folder = *state;
    const struct results_options options = {.busy_timeout_ms = 100};
    struct run_info info = some_info();
    struct results *results;
    struct err err = {""};
    int64_t run_id;
    sqlite3 *reader;

    write_some_run(folder->db);
    reader = lock(folder->db, "BEGIN; SELECT count(*) FROM runs");
    results = results_open(folder->db, &options, &err);
    assert_false(results_begin(results, &info, &run_id, &err));
    assert_non_null(strstr(err.text, "is locked by another program"));
    sqlite3_close(reader);
    err.text[0] = '\0';
    assert_true(results_begin(results, &info, &run_id, &err));
    results_close(results);
    assert_sound(folder->db);
}

static void many_processes_may_write_one_file(void **state)
{
    struct folder *folder = *state;
    enum { PROCESSES = 6, RUNS = 5 };
    int status;

    for (int i = 0; i < PROCESSES; i++)
        if (fork() == 0) {
            for (int run = 0; run < RUNS; run++)
                write_some_run(folder->db); /* the first of them makes the tables */
            _exit(0);
        }
    for (int i = 0; i < PROCESSES; i++) {
        wait(&status);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    assert_string_equal(ask(folder->db, "SELECT count(*), count(DISTINCT status), (SELECT"
                                        " count(*) FROM rounds) FROM runs"),
                        "30|1|300");
    assert_sound(folder->db);
}

static void a_file_deleted_meanwhile_is_reported_and_not_written_into_the_void(void **state)
{
    struct folder *folder = *state;
    struct results *results = open_ours(folder->db);
    struct run_info info = some_info();
    struct run_end end = some_end();
    struct ledger *ledger = some_ledger(1, 1);
    struct err err = {""};
    int64_t run_id;

    assert_true(results_begin(results, &info, &run_id, &err));
    remove(folder->db);
    assert_false(results_finish(results, run_id, &end, ledger, &err));
    assert_non_null(strstr(err.text, "was moved or deleted"));
    results_close(results);
    ledger_free(ledger);
}

static void ten_thousand_invocations_take_a_fraction_of_a_second(void **state)
{
    struct folder *folder = *state;
    struct ledger *ledger = some_ledger(10, 1000);
    struct run_info info = some_info();
    struct run_end end = some_end();
    double begin_s;

    for (int i = 0; i < 10000; i++)
        charge_invocation(ledger, 1 + i % 10, 1000 + i, 3072);
    begin_s = now_s();
    write_whole_run(folder->db, &info, &end, ledger);
    print_message("10,000 invocations and 1,000 rounds: %.1f ms\n", (now_s() - begin_s) * 1e3);
    /* 25 ms on a quiet machine; the bound leaves room for sanitizers and slow disks. */
    assert_true(now_s() - begin_s < 1);
    ledger_free(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(what_was_committed_survives_kill_9_at_any_moment),
        IN_FOLDER(a_file_that_may_not_grow_is_left_as_it_was),
        IN_FOLDER(a_full_disk_leaves_the_file_as_it_was),
        IN_FOLDER(a_disk_full_from_the_start_is_reported_by_begin),
        IN_FOLDER(a_locked_file_is_reported_after_the_timeout),
        IN_FOLDER(a_reader_that_never_ends_is_reported_too),
        IN_FOLDER(many_processes_may_write_one_file),
        IN_FOLDER(a_file_deleted_meanwhile_is_reported_and_not_written_into_the_void),
        IN_FOLDER(ten_thousand_invocations_take_a_fraction_of_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
