/* SPDX-License-Identifier: MIT
 * results.c -- opening a database and the two transactions of a run; see results.h.
 *
 * Rollback journal, not WAL: WAL's shared memory fails on network file systems, where clusters
 * keep results.  synchronous = FULL (SQLite's default): with NORMAL a power cut at the wrong
 * moment can damage the file on some file systems, and the difference is below a millisecond a
 * run. The tables are made by the first results_begin, in its own transaction: one set of
 * fsyncs less. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "sim/results/inside.h"
#include "sim/results/tape.h"

enum {
    BUSY_TIMEOUT_MS = 10000,
    OPEN_FLAGS = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
};

static const char *const status_names[] = {
#define X(upper_, lower_, doc_) #lower_,
    RUN_STATUS_LIST(X)
#undef X
};

const char *run_status_name(enum run_status status)
{
    return status_names[status];
}

void run_end_init(struct run_end *end)
{
    *end = (struct run_end){
        .status = RUN_DONE,
        .train_loss = NAN,
        .train_accuracy = NAN,
        .test_loss = NAN,
        .test_accuracy = NAN,
        .epochs = NAN,
        .rounds = -1,
        .sim_time_s = NAN,
        .time_to_loss_s = NAN,
        .cost_to_loss_pusd = -1,
        .wall_s = NAN,
        .peak_memory_bytes = -1,
    };
}

const char *results_sqlite_version(void)
{
    return sqlite3_libversion();
}

bool results_fail(const struct results *results, struct err *err)
{
    int code = sqlite3_errcode(results->db), cause = sqlite3_system_errno(results->db);
    const char *path = results->path;

    if (code == SQLITE_BUSY && results->gave_up)
        return err_set(err,
                       "%s is locked by another program, and was waited for until a signal "
                       "came; nothing was written",
                       path);
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return err_set(err,
                       "%s is locked by another program, for more than %g s; nothing was "
                       "written: end that program or give another file with --db",
                       path, results->busy_timeout_ms / 1e3);
    if (code == SQLITE_FULL)
        return err_set(err, "%s: no space is left for it; nothing was written", path);
    if (code == SQLITE_NOTADB)
        return err_set(err, "%s is no SQLite database; it was not touched", path);
    if (code == SQLITE_CORRUPT)
        return err_set(err, "%s is damaged (%s)", path, sqlite3_errmsg(results->db));
    if (code == SQLITE_IOERR || code == SQLITE_CANTOPEN || code == SQLITE_READONLY ||
        code == SQLITE_PERM)
        return err_set(err, "%s: %s%s%s; nothing was written", path,
                       sqlite3_errmsg(results->db), cause ? ": " : "",
                       cause ? strerror(cause) : "");
    return err_set(err, "%s: %s", path, sqlite3_errmsg(results->db));
}

bool results_execute(const struct results *results, const char *sql, struct err *err)
{
    return sqlite3_exec(results->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
           results_fail(results, err);
}

bool results_integer(const struct results *results, const char *sql, int64_t absent,
                     int64_t *ret_value, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(results->db, sql, -1, &statement, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW || code == SQLITE_DONE) {
        *ret_value = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : absent;
        sqlite3_finalize(statement);
        return true;
    }
    results_fail(results, err);
    sqlite3_finalize(statement);
    return false;
}

/* What SQLite would say only later, or less clearly. */
static bool check_path(const char *path, struct err *err)
{
    char *folder = memory_text(path), *slash = strrchr(folder, '/');
    struct stat status;
    bool ok = true;

    if (!*path)
        ok = err_set(err, "the database's name is empty: give a file with --db");
    else if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        ok = err_set(err, "%s is a directory: give a file with --db", path);
    else if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        ok = err_set(err, "%s is not a regular file: give another one with --db", path);
    else if (stat(path, &status) == 0 && access(path, W_OK) != 0)
        ok = err_set(err, "%s may not be written: %s", path, strerror(errno));
    if (slash)
        slash[slash == folder ? 1 : 0] = '\0';
    if (ok && access(slash ? folder : ".", W_OK | X_OK) != 0)
        ok = err_set(err,
                     "the directory of %s may not be written: %s (SQLite keeps a journal "
                     "beside the file)",
                     path, strerror(errno));
    free(folder);
    return ok;
}

/* SQLite found the file locked for the count-th time. */
static int on_busy(void *arg, int count)
{
    struct results *results = arg;
    int waited_ms = count < 20 ? 5 * count : 100 + 50 * (count - 20);

    results->gave_up = results->keeps_waiting && !results->keeps_waiting(waited_ms);
    if (results->gave_up || waited_ms >= results->busy_timeout_ms)
        return 0;
    sqlite3_sleep(count < 20 ? 5 : 50);
    return 1;
}

struct results *results_open(const char *path, const struct results_options *options,
                             struct err *err)
{
    struct results *results;
    int version;

    if (!check_path(path, err))
        return NULL;
    results = NEW(struct results);
    results->path = memory_text(path);
    results->busy_timeout_ms =
        options && options->busy_timeout_ms ? options->busy_timeout_ms : BUSY_TIMEOUT_MS;
    results->keeps_waiting = options ? options->keeps_waiting : NULL;
    if (sqlite3_open_v2(path, &results->db, OPEN_FLAGS, NULL) != SQLITE_OK ||
        sqlite3_busy_handler(results->db, on_busy, results) != SQLITE_OK) {
        results_fail(results, err);
        return results_close(results);
    }
    if (!results_execute(results, "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL", err) ||
        !schema_inspect(results, &schema_ours, &version, err))
        return results_close(results);
    return results;
}

struct results *results_close(struct results *results)
{
    if (!results)
        return NULL;
    results_forget_statements(results);
    sqlite3_close(results->db);
    claims_close(results);
    free(results->path);
    free(results);
    return NULL;
}

/* Takes the file's write lock, so that whatever must wait for another process waits here. */
static bool begin(struct results *results, struct err *err)
{
    int moved = 0;

    if (results->in_batch)
        return true;
    sqlite3_file_control(results->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    if (moved)
        return err_set(err, "%s was moved or deleted while it was in use; nothing was written",
                       results->path);
    return results_execute(results, "BEGIN IMMEDIATE", err) &&
           schema_bring_up(results, &schema_ours, err);
}

static bool end(struct results *results, bool ok, struct err *err)
{
    if (results->in_batch)
        return ok;
    if (ok && results_execute(results, "COMMIT", err))
        return true;
    /* After some failures SQLite has rolled back by itself. */
    if (!sqlite3_get_autocommit(results->db))
        sqlite3_exec(results->db, "ROLLBACK", NULL, NULL, NULL);
    /* After others (a full disk) it leaves that to whoever reads next: at once, for the space.
     */
    sqlite3_exec(results->db, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL);
    return false;
}

bool results_begin(struct results *results, const struct run_info *info, int64_t *ret_run_id,
                   struct err *err)
{
    struct writer writer = {
        .results = results, .err = err, .before = RUN_RUNNING, .ok = begin(results, err)};

    if (writer.ok)
        write_info(&writer, info);
    if (!end(results, writer.ok, err))
        return false;
    *ret_run_id = writer.run_id;
    return true;
}

bool results_finish(struct results *results, int64_t run_id, const struct run_end *run_end,
                    const struct ledger *ledger, struct err *err)
{
    struct writer writer = {.results = results,
                            .err = err,
                            .before = RUN_RUNNING,
                            .ok = begin(results, err),
                            .run_id = run_id};

    if (writer.ok) {
        write_end(&writer, run_end, ledger);
        write_ledger(&writer, ledger);
    }
    return end(results, writer.ok, err);
}

/* -- many runs -------------------------------------------------------------------------- */
bool results_batch_begin(struct results *results, struct err *err)
{
    if (!begin(results, err)) {
        end(results, false, NULL);
        return false;
    }
    results->in_batch = true;
    return true;
}

bool results_batch_end(struct results *results, bool ok, struct err *err)
{
    results->in_batch = false;
    return end(results, ok, err);
}

bool results_plan(struct results *results, const struct run_info *info,
                  const struct param_row *axis, size_t axes, int64_t *ret_run_id,
                  struct err *err)
{
    struct writer writer = {
        .results = results, .err = err, .before = RUN_PLANNED, .ok = begin(results, err)};

    if (writer.ok) {
        write_info(&writer, info);
        write_axes(&writer, axis, axes);
    }
    if (!end(results, writer.ok, err))
        return false;
    *ret_run_id = writer.run_id;
    return true;
}

void results_pack(struct text *out, const struct run_end *run_end,
                  const struct dataset_row *datasets, size_t dataset_count,
                  const struct ledger *ledger)
{
    struct writer writer = {.ok = true, .before = RUN_PLANNED, .tape = out};

    write_end(&writer, run_end, ledger); /* first: see tape_play */
    write_datasets(&writer, datasets, dataset_count);
    write_ledger(&writer, ledger);
}

bool results_finish_packed(struct results *results, int64_t run_id, const char *bytes,
                           size_t size, const struct run_info *build, bool *ret_written,
                           struct err *err)
{
    struct writer writer = {
        .results = results, .err = err, .ok = begin(results, err), .run_id = run_id};
    bool written = false;

    if (writer.ok)
        tape_play(bytes, size, &writer, &written);
    if (writer.ok && written && build)
        write_build(&writer, build);
    if (!end(results, writer.ok, err))
        return false;
    *ret_written = written;
    return true;
}
