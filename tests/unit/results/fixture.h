/* SPDX-License-Identifier: MIT
 * fixture.h -- a folder that is removed again, a made-up run, and answers from a database. */
#ifndef TRAINCAST_TESTS_RESULTS_FIXTURE_H
#define TRAINCAST_TESTS_RESULTS_FIXTURE_H

#include "tests/test.h"

#include <ftw.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/ledger/money.h"
#include "sim/results/results.h"

#define SHA256 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct folder {
    char path[64];
    char db[80]; /* a file in it that does not exist yet */
};

static inline int folder_make(void **state)
{
    struct folder *folder = calloc(1, sizeof *folder);

    strcpy(folder->path, "/tmp/traincast-results-XXXXXX");
    if (!mkdtemp(folder->path))
        return -1;
    snprintf(folder->db, sizeof folder->db, "%s/results.db", folder->path);
    *state = folder;
    return 0;
}

static inline int folder_forget(const char *path, const struct stat *status, int type,
                                struct FTW *where)
{
    (void)status, (void)type, (void)where;
    return remove(path);
}

static inline int folder_remove(void **state)
{
    struct folder *folder = *state;

    umount2(folder->path, MNT_DETACH); /* if a test made it a disk of its own */
    nftw(folder->path, folder_forget, 8, FTW_DEPTH | FTW_PHYS);
    free(folder);
    return 0;
}

#define IN_FOLDER(test_) cmocka_unit_test_setup_teardown(test_, folder_make, folder_remove)

static inline struct run_info some_info(void)
{
    static const struct param_row params[] = {
        {"seed", "1", 1, ""},
        {"groups.workers.count", "10", 10, ""},
        {"groups.workers.platform.memory", "3 GB", 3221225472.0, "bytes"},
        {"job.kind", "data_parallel", NAN, ""},
    };
    static const struct dataset_row datasets[] = {
        {"train", "higgs-like", SHA256, 11000, 28, 2, -1},
    };

    return (struct run_info){.name = "higgs-lr-faas",
                             .seed = 1,
                             .job = "data_parallel",
                             .workers = 10,
                             .platform = "faas",
                             .provider = "aws-2020",
                             .channel = "s3",
                             .pattern = "allreduce",
                             .sync = "bsp",
                             .model = "lr",
                             .optimizer = "ma_sgd",
                             .data = "higgs-like",
                             .scenario_text = "name: higgs-lr-faas\nseed: 1\n",
                             .scenario_sha256 = SHA256,
                             .behaviour_version = 1,
                             .blas_core = "SkylakeX",
                             .version = "0.1.0",
                             .git_commit = "abc-dirty",
                             .simgrid_version = "3.32",
                             .openblas_version = "0.3.21",
                             .params = params,
                             .param_count = sizeof params / sizeof *params,
                             .datasets = datasets,
                             .dataset_count = 1,
                             .created_utc = "2025-01-31T12:00:00Z",
                             .hostname = "host",
                             .command_line = "traincast run x.yaml"};
}

static inline struct run_end some_end(void)
{
    struct run_end end;

    run_end_init(&end);
    end.stop_reason = "epochs";
    end.train_loss = 0.65;
    end.train_accuracy = 0.625;
    end.epochs = 10;
    end.rounds = 10;
    end.sim_time_s = 100.5;
    end.wall_s = 0.25;
    end.peak_memory_bytes = 1 << 20;
    return end;
}

static inline void charge_invocation(struct ledger *ledger, int entity, int64_t billed_ms,
                                     int64_t memory_mb)
{
    enum { PER_GB_S = 16666700, PER_REQUEST = 200000 };
    struct invocation_row row = {.entity = entity,
                                 .function = "worker",
                                 .arrival_s = 0.5,
                                 .start_s = 1.25,
                                 .end_s = 1.25 + (double)billed_ms / 1000,
                                 .cold = true,
                                 .outcome = OUTCOME_OK,
                                 .billed_ms = billed_ms,
                                 .memory_mb = memory_mb,
                                 .cost_pusd = pusd_of_gb_s(billed_ms, memory_mb, PER_GB_S),
                                 .pusd_per_gb_s = PER_GB_S,
                                 .pusd_per_request = PER_REQUEST};

    ledger_invocation(ledger, &row);
    ledger_charge(ledger, "faas duration", (double)(billed_ms * memory_mb) / 1024000, BILL_GB_S,
                  PER_GB_S, row.cost_pusd);
    ledger_charge(ledger, "faas requests", 1, BILL_INVOCATION, PER_REQUEST, PER_REQUEST);
}

static inline void charge_machine(struct ledger *ledger, int entity, const char *instance,
                                  int64_t billed_s, int64_t pusd_per_hour)
{
    struct machine_row row = {.entity = entity,
                              .boot_s = 0,
                              .ready_s = 60,
                              .release_s = (double)billed_s,
                              .billed_s = billed_s,
                              .pusd_per_hour = pusd_per_hour,
                              .cost_pusd = pusd_of_hours(billed_s, pusd_per_hour)};
    char resource[64];

    snprintf(row.instance, sizeof row.instance, "%s", instance);
    snprintf(resource, sizeof resource, "vm %s", instance);
    ledger_machine(ledger, &row);
    ledger_charge(ledger, resource, (double)billed_s / 3600, BILL_HOUR, pusd_per_hour,
                  row.cost_pusd);
}

static inline void charge_requests(struct ledger *ledger, const char *channel,
                                   const char *operation, int64_t count, int64_t unbilled,
                                   int64_t price_pusd)
{
    struct request_count *of = ledger_request_count(ledger, channel, operation);
    char resource[64];

    of->count += count;
    of->unbilled += unbilled;
    of->bytes += 100 * count;
    snprintf(resource, sizeof resource, "%s %s", channel, operation);
    ledger_charge(ledger, resource, (double)(count - unbilled), BILL_REQUEST, price_pusd,
                  (count - unbilled) * price_pusd);
}

/* A ledger with at least one row of everything. */
static inline struct ledger *some_ledger(int workers, int rounds)
{
    struct ledger *ledger = ledger_new(SPANS_CRITICAL, true);
    int server = ledger_entity(ledger, "server", 0);

    for (int i = 0; i < workers; i++) {
        int worker = ledger_entity(ledger, "worker", i);

        ledger_activity(ledger, worker, ACTIVITY_COMPUTE, 1);
        charge_invocation(ledger, worker, 99500 + 7 * i, 3072);
    }
    for (int i = 0; i < rounds; i++) {
        ledger_cut(ledger, 1 + i % workers, 2 + i, i);
        ledger_round(ledger, &(struct round_row){.round = i,
                                                 .epoch = i,
                                                 .sim_time_s = 2 + i,
                                                 .cost_pusd = 1000000 * i,
                                                 .train_loss = 0.7 - 0.001 * i,
                                                 .train_accuracy = 0.5,
                                                 .test_loss = NAN,
                                                 .test_accuracy = NAN});
    }
    ledger_end(ledger, 2 + rounds);
    charge_machine(ledger, server, "c5.4xlarge", 3601, 680000000000);
    charge_requests(ledger, "s3", "PUT", 110, 10, 5000000);
    charge_requests(ledger, "s3", "GET", 190, 0, 400000);
    ledger_request_row(ledger, 1, ledger_request_count(ledger, "s3", "GET"), 3, 3.5, 224,
                       OUTCOME_THROTTLED);
    ledger_charge(ledger, "s3 storage", 2.5, "GB-month", 23000000000, 57500000000);
    ledger_series(ledger, 1, 3, 4, "drift", 0.125);
    ledger_series(ledger, LEDGER_RUN, 3, 4, "p99", 0.5);
    ledger_misfortune(ledger, 1, 9.5, OUTCOME_CRASHED, "injected");
    *ledger_messages(ledger, TRAFFIC_TRAINING) = 
        (struct message_count){.sent = 100, .lost = 3, .retransmitted = 2, .bytes_sent = 22400};
    return ledger;
}

/* May write, or SQLite could not take back what a killed process left half written. */
static inline sqlite3 *open_to_read(const char *path)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    return db;
}

/* The first row of the answer as text, columns parted by '|'; "" without a row.  Borrowed until
 * the next call. */
static inline const char *ask(const char *path, const char *sql)
{
    static char answer[4096];
    sqlite3 *db = open_to_read(path);
    sqlite3_stmt *statement;

    answer[0] = '\0';
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    if (sqlite3_step(statement) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const char *text = (const char *)sqlite3_column_text(statement, i);
            size_t used = strlen(answer);

            snprintf(answer + used, sizeof answer - used, "%s%s", i ? "|" : "",
                     text ? text : "NULL");
        }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return answer;
}

static inline struct results *open_ours(const char *path)
{
    struct err err = {""};
    struct results *results = results_open(path, NULL, &err);

    assert_string_equal(err.text, "");
    assert_non_null(results);
    return results;
}

/* Plans a run of a sweep, with that seed; returns its id. */
static inline int64_t plan_some_run(const char *path, int64_t seed)
{
    static const struct param_row axis[] = {{"channel", "s3", NAN, ""},
                                            {"platform.memory", "3 GB", 3221225472.0, "B"}};
    struct run_info info = some_info();
    struct results *results = open_ours(path);
    struct err err = {""};
    int64_t run_id = 0;

    info.seed = seed;
    info.dataset_count = 0; /* they are known when it has run */
    if (!results_plan(results, &info, axis, 2, &run_id, &err))
        fail_msg("%s", err.text);
    results_close(results);
    return run_id;
}

/* Finishes it as some_end() and some_ledger() say, through bytes. */
static inline bool finish_packed(const char *path, int64_t run_id, int workers)
{
    struct results *results = open_ours(path);
    struct ledger *ledger = some_ledger(workers, 3);
    struct run_info info = some_info();
    struct run_end end = some_end();
    struct text bytes = {0};
    struct err err = {""};
    bool written = false;

    results_pack(&bytes, &end, info.datasets, info.dataset_count, ledger);
    if (!results_finish_packed(results, run_id, bytes.chars, bytes.length, NULL, &written,
                               &err))
        fail_msg("%s", err.text);
    text_done(&bytes);
    ledger_free(ledger);
    results_close(results);
    return written;
}

/* Writes a whole run; returns its id. */
static inline int64_t write_whole_run(const char *path, const struct run_info *info,
                                      const struct run_end *end, const struct ledger *ledger)
{
    struct results *results = open_ours(path);
    struct err err = {""};
    int64_t run_id = 0;

    if (!results_begin(results, info, &run_id, &err) ||
        !results_finish(results, run_id, end, ledger, &err))
        fail_msg("%s", err.text);
    results_close(results);
    return run_id;
}

static inline int64_t write_some_run(const char *path)
{
    struct run_info info = some_info();
    struct run_end end = some_end();
    struct ledger *ledger = some_ledger(10, 10);
    int64_t run_id = write_whole_run(path, &info, &end, ledger);

    ledger_free(ledger);
    return run_id;
}

static inline char *file_content(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    char *content = NULL;
    struct stat status;

    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &status), 0);
    content = calloc(1, (size_t)status.st_size + 1);
    *ret_size = fread(content, 1, (size_t)status.st_size, file);
    fclose(file);
    return content;
}

static inline char *dump_of(const char *path)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct err err = {""};

    assert_true(results_dump(path, out, &err));
    fclose(out);
    return text;
}

#endif
