/* SPDX-License-Identifier: MIT
 * plan.c -- runs of a sweep: planned first, finished by another process, in any order. */
#include "tests/unit/results/fixture.h"

static void a_planned_run_says_so_until_it_is_finished(void **state)
{
    struct folder *folder = *state;
    int64_t run_id = plan_some_run(folder->db, 1);

    assert_string_equal(ask(folder->db, "SELECT run_id, status, train_loss FROM runs"),
                        "1|planned|NULL");
    assert_true(finish_packed(folder->db, run_id, 2));
    assert_string_equal(ask(folder->db, "SELECT run_id, status, train_loss FROM runs"),
                        "1|done|0.65");
    assert_string_equal(
        ask(folder->db, "SELECT group_concat(key || '=' || value_text) FROM axes"),
        "channel=s3,platform.memory=3 GB");
}

/* What went through bytes is what is written at once, row for row. */
static void a_run_finished_from_bytes_has_the_rows_of_a_run_written_at_once(void **state)
{
    struct folder *folder = *state;
    struct run_info info = some_info();
    struct run_end end = some_end();
    struct ledger *ledger = some_ledger(2, 3);
    char other[96], *a, *b;
    sqlite3 *db;

    snprintf(other, sizeof other, "%s/other.db", folder->path);
    assert_true(finish_packed(folder->db, plan_some_run(folder->db, 1), 2));
    write_whole_run(other, &info, &end, ledger);
    db = open_to_read(folder->db);
    assert_int_equal(sqlite3_exec(db, "DELETE FROM axis", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db); /* only a sweep has those */
    a = dump_of(folder->db);
    b = dump_of(other);
    assert_string_equal(a, b);
    ledger_free(ledger);
    free(a);
    free(b);
}

static void what_is_finished_already_is_not_written_again(void **state)
{
    struct folder *folder = *state;
    int64_t run_id = plan_some_run(folder->db, 1);
    char *before, *after;

    assert_true(finish_packed(folder->db, run_id, 2));
    before = dump_of(folder->db);
    assert_false(finish_packed(folder->db, run_id, 3));
    after = dump_of(folder->db);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void the_file_does_not_depend_on_who_finished_first(void **state)
{
    struct folder *folder = *state;
    char other[96], *a, *b;

    snprintf(other, sizeof other, "%s/other.db", folder->path);
    for (int i = 0; i < 2; i++) {
        const char *db = i ? other : folder->db;
        int64_t first = plan_some_run(db, 1), second = plan_some_run(db, 2);

        finish_packed(db, i ? second : first, i ? 3 : 2);
        finish_packed(db, i ? first : second, i ? 2 : 3);
    }
    a = dump_of(folder->db);
    b = dump_of(other);
    assert_string_equal(a, b);
    free(a);
    free(b);
}

static void a_batch_is_written_whole_or_not_at_all(void **state)
{
    struct folder *folder = *state;
    int64_t run_id = plan_some_run(folder->db, 1), another;
    struct results *results;
    struct run_info info = some_info();
    struct err err = {""};

    for (int i = 0; i < 2; i++) {
        results = open_ours(folder->db);
        assert_true(results_batch_begin(results, &err));
        assert_true(results_plan(results, &info, NULL, 0, &another, &err));
        assert_int_equal(results_batch_end(results, i, &err), i);
        results_close(results);
        assert_int_equal(atoi(ask(folder->db, "SELECT count(*) FROM runs")), 1 + i);
    }
    assert_int_equal(run_id, 1);
}

static enum claim claim_of(struct results *results, int64_t run_id, enum run_status *ret_status)
{
    enum claim claim;
    struct err err = {""};

    assert_true(results_batch_begin(results, &err) && results_batch_end(results, true, &err));
    assert_true(results_claim(results, run_id, &claim, ret_status, &err));
    return claim;
}

static void a_run_is_claimed_by_one_at_a_time(void **state)
{
    struct folder *folder = *state;
    int64_t run_id = plan_some_run(folder->db, 1), other = plan_some_run(folder->db, 2);
    struct results *one = open_ours(folder->db), *two = open_ours(folder->db);
    enum run_status status;

    assert_int_equal(claim_of(one, run_id, &status), CLAIM_OURS);
    assert_int_equal(claim_of(one, run_id, &status), CLAIM_OURS);
    assert_int_equal(claim_of(two, run_id, &status), CLAIM_OTHERS);
    assert_int_equal(claim_of(two, other, &status), CLAIM_OURS);
    results_unclaim(one, run_id);
    assert_int_equal(claim_of(two, run_id, &status), CLAIM_OURS);
    results_close(two); /* as does the end of a process, whatever its reason */
    assert_int_equal(claim_of(one, run_id, &status), CLAIM_OURS);
    results_close(one);
}

static void a_run_that_is_finished_is_claimed_by_nobody(void **state)
{
    struct folder *folder = *state;
    int64_t run_id = plan_some_run(folder->db, 1);
    struct results *results = open_ours(folder->db);
    enum run_status status;

    assert_true(finish_packed(folder->db, run_id, 2));
    assert_int_equal(claim_of(results, run_id, &status), CLAIM_OVER);
    assert_int_equal(status, RUN_DONE);
    results_close(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_planned_run_says_so_until_it_is_finished),
        IN_FOLDER(a_run_finished_from_bytes_has_the_rows_of_a_run_written_at_once),
        IN_FOLDER(what_is_finished_already_is_not_written_again),
        IN_FOLDER(the_file_does_not_depend_on_who_finished_first),
        IN_FOLDER(a_batch_is_written_whole_or_not_at_all),
        IN_FOLDER(a_run_is_claimed_by_one_at_a_time),
        IN_FOLDER(a_run_that_is_finished_is_claimed_by_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
