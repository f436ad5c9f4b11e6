/* SPDX-License-Identifier: MIT
 * views.c -- the views hold what was promised to their readers, and every column is explained.
 */
#include "tests/unit/results/fixture.h"

#include "sim/results/inside.h"

/* The interface, word by word.  Columns may be added to a view, never taken away. */
static const char *const promised[][2] = {
    {"runs",
     "run_id, name, campaign, status, stop_reason, seed, job, workers, platform, provider,"
     " channel, pattern, sync, model, optimizer, data, train_loss, test_loss,"
     " test_accuracy, final_accuracy, epochs, rounds, sim_time_s, cost_usd,"
     " time_to_loss_s, cost_to_loss_usd, messages_sent, messages_lost, bytes_sent,"
     " wall_s, scenario_sha256, behaviour_version, blas_core, version, created_utc"},
    {"rounds", "run_id, round, epoch, sim_time_s, cost_usd, train_loss, test_loss,"
               " test_accuracy, messages_lost"},
    {"breakdown", "run_id, activity, critical_s"},
    {"bill", "run_id, resource, quantity, unit, unit_price_usd, cost_usd"},
    {"requests", "run_id, channel, operation, count, bytes, failed"},
    {"series", "run_id, entity, step, sim_time_s, metric, value"},
    {"spans", "run_id, entity, lane, activity, begin_s, end_s, step"},
    {"invocations", "run_id, entity, function, arrival_s, start_s, end_s, cold, outcome,"
                    " billed_ms, cost_usd"},
    {"params", "run_id, key, value_text, value_num, unit"},
};

static void every_promised_column_is_there(void **state)
{
    struct folder *folder = *state;
    char sql[1024];

    write_some_run(folder->db);
    for (size_t i = 0; i < sizeof promised / sizeof *promised; i++) {
        snprintf(sql, sizeof sql, "SELECT %s FROM %s", promised[i][1], promised[i][0]);
        assert_string_not_equal(ask(folder->db, sql), "");
    }
}

static void no_view_is_empty_after_a_run_in_which_everything_happened(void **state)
{
    struct folder *folder = *state;
    char sql[80];

    write_some_run(folder->db);
    for (const struct view *view = views; view->name; view++) {
        if (!strcmp(view->name, "axes") || !strcmp(view->name, "trajectories"))
            continue; /* of sweeps: plan.c */
        snprintf(sql, sizeof sql, "SELECT count(*) > 0 FROM %s", view->name);
        assert_string_equal(ask(folder->db, sql), "1");
    }
}

static void
every_column_of_every_view_in_the_file_is_described_with_unit_and_meaning(void **state)
{
    struct folder *folder = *state;
    sqlite3 *db;
    sqlite3_stmt *statement;
    char *text = NULL, line[128];
    size_t size;
    FILE *out = open_memstream(&text, &size);
    int columns = 0;

    results_describe(out);
    fclose(out);
    write_some_run(folder->db);
    db = open_to_read(folder->db);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT v.name, c.name FROM sqlite_master v,"
                                        " pragma_table_info(v.name) c WHERE v.type = 'view'",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    for (; sqlite3_step(statement) == SQLITE_ROW; columns++) {
        const char *view = (const char *)sqlite3_column_text(statement, 0);
        const char *column = (const char *)sqlite3_column_text(statement, 1);
        const char *place, *end;

        snprintf(line, sizeof line, "\n%s: one row per ", view);
        place = strstr(text, line);
        assert_non_null(place);
        end = strstr(place, "\n\n");
        snprintf(line, sizeof line, "\n    %-24s ", column);
        place = strstr(place, line);
        if (!place || (end && place > end))
            fail_msg("%s.%s is not described", view, column);
        place += strlen(line);
        assert_true(*place != ' ' && *place != '\n'); /* the unit, or - */
        assert_true(place[15] != '\n');               /* the meaning */
    }
    assert_true(columns > 100);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    free(text);
}

static void columns_of_time_money_and_bytes_say_their_unit(void **state)
{
    (void)state;
    for (const struct view *view = views; view->name; view++)
        for (const struct column *column = view->columns; column->name; column++) {
            const char *suffix = strrchr(column->name, '_');
            const char *unit = !suffix                     ? ""
                               : !strcmp(suffix, "_s")     ? "s"
                               : !strcmp(suffix, "_ms")    ? "ms"
                               : !strcmp(suffix, "_usd")   ? "USD"
                               : !strcmp(suffix, "_bytes") ? "bytes"
                                                           : "";

            if (*unit && strncmp(column->name, "pusd_per", 8) != 0)
                assert_string_equal(column->unit, unit);
        }
}

static void the_file_explains_its_own_columns(void **state)
{
    struct folder *folder = *state;

    write_some_run(folder->db);
    assert_non_null(strstr(ask(folder->db, "SELECT sql FROM sqlite_master WHERE name = 'bill'"),
                           "-- USD: price of one unit"));
    assert_string_equal(ask(folder->db, "SELECT meaning FROM outcome WHERE name = 'expired'"),
                        "the function reached its maximum lifetime");
}

static void every_table_with_rows_of_a_run_is_searched_by_its_run(void **state)
{
    struct folder *folder = *state;
    sqlite3 *db;

    write_some_run(folder->db);
    db = open_to_read(folder->db);
    for (const struct view *view = views; view->name; view++) {
        char sql[120], plan[2048] = "";
        sqlite3_stmt *statement;

        if (!strcmp(view->name, "scenarios") || !strcmp(view->name, "trajectories"))
            continue;
        snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN SELECT * FROM %s WHERE run_id = 1",
                 view->name);
        assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
        while (sqlite3_step(statement) == SQLITE_ROW)
            snprintf(plan + strlen(plan), sizeof plan - strlen(plan), "%s\n",
                     sqlite3_column_text(statement, 3));
        sqlite3_finalize(statement);
        if (strstr(plan, "SCAN"))
            fail_msg("%s: %s", view->name, plan);
    }
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(every_promised_column_is_there),
        IN_FOLDER(no_view_is_empty_after_a_run_in_which_everything_happened),
        IN_FOLDER(every_column_of_every_view_in_the_file_is_described_with_unit_and_meaning),
        cmocka_unit_test(columns_of_time_money_and_bytes_say_their_unit),
        IN_FOLDER(the_file_explains_its_own_columns),
        IN_FOLDER(every_table_with_rows_of_a_run_is_searched_by_its_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
