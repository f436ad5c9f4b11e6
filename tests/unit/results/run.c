/* SPDX-License-Identifier: MIT
 * run.c -- what a run leaves in the database, and what the views say about it. */
#include "tests/unit/results/fixture.h"

static void a_begun_run_says_running_until_it_is_finished(void **state)
{
    struct folder *folder = *state;
    struct results *results = open_ours(folder->db);
    struct run_info info = some_info();
    struct run_end end = some_end();
    struct ledger *ledger = some_ledger(2, 2);
    struct err err = {""};
    int64_t run_id = 0;

    assert_true(results_begin(results, &info, &run_id, &err));
    assert_string_equal(ask(folder->db, "SELECT run_id, status, sim_time_s, seed FROM runs"),
                        "1|running|NULL|1");
    assert_true(results_finish(results, run_id, &end, ledger, &err));
    assert_string_equal(ask(folder->db, "SELECT run_id, status, sim_time_s FROM runs"),
                        "1|done|100.5");
    ledger_free(ledger);
    results_close(results);
}

static void a_run_row_says_what_was_asked_and_what_came_out(void **state)
{
    struct folder *folder = *state;

    write_some_run(folder->db);
    assert_string_equal(ask(folder->db, "SELECT name, campaign, stop_reason, job, workers,"
                                        " platform, provider, channel, pattern, sync, model,"
                                        " optimizer, data FROM runs"),
                        "higgs-lr-faas|NULL|epochs|data_parallel|10|faas|aws-2020|s3|allreduce"
                        "|bsp|lr|ma_sgd|higgs-like");
    assert_string_equal(ask(folder->db, "SELECT train_loss, test_loss, test_accuracy,"
                                        " final_accuracy, epochs, rounds, time_to_loss_s,"
                                        " cost_to_loss_usd FROM runs"),
                        "0.65|NULL|NULL|0.625|10.0|10|NULL|NULL");
    assert_string_equal(ask(folder->db, "SELECT messages_sent, messages_lost, bytes_sent,"
                                        " wall_s, peak_memory_bytes, behaviour_version,"
                                        " blas_core, version, created_utc FROM runs"),
                        "100|3|22400|0.25|1048576|1|SkylakeX|0.1.0|2025-01-31T12:00:00Z");
    assert_string_equal(ask(folder->db, "SELECT text FROM runs JOIN scenarios"
                                        " USING (scenario_sha256)"),
                        "name: higgs-lr-faas\nseed: 1\n");
}

static void test_accuracy_is_the_final_one_where_there_is_a_test_set(void **state)
{
    struct folder *folder = *state;
    struct run_info info = some_info();
    struct run_end end = some_end();
    struct ledger *ledger = some_ledger(1, 1);

    end.test_accuracy = 0.75;
    write_whole_run(folder->db, &info, &end, ledger);
    assert_string_equal(ask(folder->db, "SELECT final_accuracy FROM runs"), "0.75");
    ledger_free(ledger);
}

static void every_kind_of_row_arrives(void **state)
{
    struct folder *folder = *state;

    write_some_run(folder->db);
    assert_string_equal(ask(folder->db, "SELECT * FROM rounds WHERE round = 3"),
                        "1|3|3.0|5.0|3.0e-06|3000000|0.697|0.5|NULL|NULL|0");
    assert_string_equal(ask(folder->db, "SELECT * FROM breakdown ORDER BY activity"),
                        "1|compute|10.0");
    assert_string_equal(ask(folder->db, "SELECT * FROM requests WHERE operation = 'PUT'"),
                        "1|s3|PUT|110|11000|0|10");
    assert_string_equal(ask(folder->db, "SELECT * FROM request_rows"),
                        "1|worker 0|1|s3|GET|3.0|3.5|224|throttled");
    assert_string_equal(ask(folder->db, "SELECT * FROM series WHERE metric = 'drift'"),
                        "1|worker 0|1|3|4.0|drift|0.125");
    assert_string_equal(ask(folder->db, "SELECT entity FROM series WHERE metric = 'p99'"),
                        "NULL");
    assert_string_equal(ask(folder->db, "SELECT * FROM spans WHERE step = 3"),
                        "1|worker 3|4|0|compute|4.0|5.0|3");
    assert_string_equal(ask(folder->db, "SELECT entity, function, arrival_s, start_s, end_s,"
                                        " cold, outcome, billed_ms, cost_usd FROM invocations"),
                        "worker 0|worker|0.5|1.25|100.75|1|ok|99500|0.00497500995");
    assert_string_equal(ask(folder->db, "SELECT * FROM machines"),
                        "1|server 0|0|c5.4xlarge|0.0|60.0|3601.0|3601|680000000000"
                        "|0.680188888888|680188888888");
    assert_string_equal(ask(folder->db, "SELECT * FROM misfortunes"),
                        "1|worker 0|1|9.5|crashed|injected");
    assert_string_equal(ask(folder->db, "SELECT * FROM messages"),
                        "1|training|100|3|2|0|22400|0|0|0");
    assert_string_equal(ask(folder->db, "SELECT * FROM params WHERE unit <> ''"),
                        "1|groups.workers.platform.memory|3 GB|3221225472.0|bytes");
    assert_string_equal(ask(folder->db, "SELECT value_num FROM params WHERE key = 'job.kind'"),
                        "NULL");
    assert_string_equal(ask(folder->db, "SELECT rows, bytes FROM datasets"), "11000|NULL");
    assert_string_equal(ask(folder->db, "SELECT * FROM entities"), "1|0|server 0|server|0");
}

static void the_cost_of_a_run_is_the_sum_of_its_bill(void **state)
{
    struct folder *folder = *state;

    write_some_run(folder->db);
    assert_string_equal(ask(folder->db, "SELECT sum(bill.cost_pusd) = runs.cost_pusd FROM bill"
                                        " JOIN runs USING (run_id) GROUP BY run_id"),
                        "1");
}

static void runs_that_share_settings_and_scenario_store_them_once(void **state)
{
    struct folder *folder = *state;

    write_some_run(folder->db);
    assert_int_equal(write_some_run(folder->db), 2);
    assert_string_equal(ask(folder->db, "SELECT (SELECT count(*) FROM param),"
                                        " (SELECT count(*) FROM params),"
                                        " (SELECT count(*) FROM scenario)"),
                        "4|8|1");
}

static void a_failed_run_keeps_its_rows_and_says_why(void **state)
{
    struct folder *folder = *state;
    struct run_info info = some_info();
    struct run_end end = some_end();
    struct ledger *ledger = some_ledger(1, 3);

    end.status = RUN_DEADLOCK;
    end.message = "worker 3 waits for object 7 since 12.5 s";
    write_whole_run(folder->db, &info, &end, ledger);
    assert_string_equal(ask(folder->db, "SELECT status, message, (SELECT count(*) FROM rounds)"
                                        " FROM runs"),
                        "deadlock|worker 3 waits for object 7 since 12.5 s|3");
    ledger_free(ledger);
}

static void every_status_can_be_stored(void **state)
{
    struct folder *folder = *state;
    struct ledger *ledger = ledger_new(SPANS_NONE, false);

    for (int i = RUN_RUNNING + 1; i < RUN_STATUS_COUNT; i++) {
        struct run_info info = some_info();
        struct run_end end = some_end();
        char sql[80];

        end.status = (enum run_status)i;
        snprintf(sql, sizeof sql, "SELECT status FROM runs WHERE run_id = %lld",
                 (long long)write_whole_run(folder->db, &info, &end, ledger));
        assert_string_equal(ask(folder->db, sql), run_status_name((enum run_status)i));
    }
    ledger_free(ledger);
}

static void a_run_cannot_be_finished_twice(void **state)
{
    struct folder *folder = *state;
    struct run_end end = some_end();
    struct ledger *ledger = some_ledger(1, 1);
    struct results *results;
    struct err err = {""};
    char *before, *after;

    write_some_run(folder->db);
    before = dump_of(folder->db);
    results = open_ours(folder->db);
    assert_false(results_finish(results, 1, &end, ledger, &err));
    assert_non_null(strstr(err.text, "run 1 is not (or no longer) in progress"));
    err.text[0] = '\0';
    assert_false(results_finish(results, 99, &end, ledger, &err));
    results_close(results);
    after = dump_of(folder->db);
    assert_string_equal(before, after);
    free(before);
    free(after);
    ledger_free(ledger);
}

static void a_diverged_loss_is_kept_as_null_or_infinity(void **state)
{
    struct folder *folder = *state;
    struct run_info info = some_info();
    struct run_end end = some_end();
    struct ledger *ledger = ledger_new(SPANS_NONE, false);

    end.status = RUN_DIVERGED;
    end.train_loss = NAN;
    end.test_loss = INFINITY;
    write_whole_run(folder->db, &info, &end, ledger);
    assert_string_equal(ask(folder->db, "SELECT train_loss, test_loss > 1e308 FROM runs"),
                        "NULL|1");
    ledger_free(ledger);
}

static void an_impossible_row_is_refused_and_nothing_is_written(void **state)
{
    struct folder *folder = *state;
    struct results *results = open_ours(folder->db);
    struct run_info info = some_info();
    struct run_end end = some_end();
    struct ledger *ledger = some_ledger(1, 1);
    struct err err = {""};
    int64_t run_id = 0;

    ledger_round(ledger, &(struct round_row){.train_accuracy = 1.5});
    assert_true(results_begin(results, &info, &run_id, &err));
    assert_false(results_finish(results, run_id, &end, ledger, &err));
    assert_non_null(strstr(err.text, "train_accuracy"));
    assert_string_equal(ask(folder->db, "SELECT status, (SELECT count(*) FROM rounds) FROM"
                                        " runs"),
                        "running|0");
    ledger_free(ledger);
    ledger = some_ledger(1, 1); /* and one may try again */
    err.text[0] = '\0';
    assert_true(results_finish(results, run_id, &end, ledger, &err));
    ledger_free(ledger);
    results_close(results);
}

static void deleting_a_run_deletes_all_of_its_rows(void **state)
{
    struct folder *folder = *state;
    sqlite3 *db;

    write_some_run(folder->db);
    assert_int_equal(sqlite3_open(folder->db, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "PRAGMA foreign_keys = ON; DELETE FROM run", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    assert_string_equal(ask(folder->db, "SELECT (SELECT count(*) FROM rounds),"
                                        " (SELECT count(*) FROM spans),"
                                        " (SELECT count(*) FROM bill),"
                                        " (SELECT count(*) FROM params),"
                                        " (SELECT count(*) FROM run_wall)"),
                        "0|0|0|0|0");
    assert_int_equal(write_some_run(folder->db), 2); /* numbers are never used twice */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_begun_run_says_running_until_it_is_finished),
        IN_FOLDER(a_run_row_says_what_was_asked_and_what_came_out),
        IN_FOLDER(test_accuracy_is_the_final_one_where_there_is_a_test_set),
        IN_FOLDER(every_kind_of_row_arrives),
        IN_FOLDER(the_cost_of_a_run_is_the_sum_of_its_bill),
        IN_FOLDER(runs_that_share_settings_and_scenario_store_them_once),
        IN_FOLDER(a_failed_run_keeps_its_rows_and_says_why),
        IN_FOLDER(every_status_can_be_stored),
        IN_FOLDER(a_run_cannot_be_finished_twice),
        IN_FOLDER(a_diverged_loss_is_kept_as_null_or_infinity),
        IN_FOLDER(an_impossible_row_is_refused_and_nothing_is_written),
        IN_FOLDER(deleting_a_run_deletes_all_of_its_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
