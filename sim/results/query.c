/* SPDX-License-Identifier: MIT
 * query.c -- reading a database: one statement at a time, rows to a callback; see results.h. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "sim/results/inside.h"

enum { BUSY_TIMEOUT_MS = 10000, COLUMNS_MOST = 200 };

/* An older file has not all the views that a question may name: it is brought up to date, or
 * refused where it may not be written, but never half read. */
static bool update(struct results *results, int version, struct err *err)
{
    struct err cause = {""};

    if (version == schema_ours.version)
        return true;
    if (results_execute(results, "BEGIN IMMEDIATE", &cause) &&
        schema_bring_up(results, &schema_ours, &cause) &&
        results_execute(results, "COMMIT", &cause))
        return true;
    if (!sqlite3_get_autocommit(results->db))
        sqlite3_exec(results->db, "ROLLBACK", NULL, NULL, NULL);
    return err_set(
        err,
        "%s was written by an older traincast (schema %d, this program reads %d) and "
        "cannot be brought up to date: %s",
        results->path, version, schema_ours.version, cause.text);
}

struct results *results_open_to_read(const char *path, struct err *err)
{
    return results_open_to_read_within(path, BUSY_TIMEOUT_MS, err);
}

struct results *results_open_to_read_within(const char *path, int busy_timeout_ms,
                                            struct err *err)
{
    struct results *results;
    int version;

    if (access(path, R_OK) != 0) {
        err_set(err, "%s cannot be read: %s", path, strerror(errno));
        return NULL;
    }
    results = NEW(struct results);
    results->path = memory_text(path);
    results->busy_timeout_ms = busy_timeout_ms;
    /* Not READONLY: after a kill -9 the first to open the file must take back what was half
     * written, and SQLite lets only a connection that may write do so. */
    if (sqlite3_open_v2(path, &results->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
            SQLITE_OK ||
        sqlite3_busy_timeout(results->db, busy_timeout_ms) != SQLITE_OK) {
        results_fail(results, err);
        return results_close(results);
    }
    if (!schema_inspect(results, &schema_ours, &version, err))
        return results_close(results);
    if (version == 0) {
        err_set(err, "%s holds no runs", path);
        return results_close(results);
    }
    if (!update(results, version, err) ||
        !results_execute(results, "PRAGMA query_only = ON", err))
        return results_close(results);
    return results;
}

static const char writes[] = "it does not only read";

/* What a question may do.  SQLite's own "is it read-only" would let ATTACH make a file, and
 * lets a pragma change the connection. */
static int only_reads(void *unused, int action, const char *first, const char *second,
                      const char *database, const char *trigger)
{
    (void)unused, (void)first, (void)database, (void)trigger;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_PRAGMA: /* PRAGMA x asks, PRAGMA x = y sets; x(y) asks about a table */
        return !second || strstr(first, "_info") || strstr(first, "_list") ||
                       strcmp(first, "foreign_key_check") == 0
                   ? SQLITE_OK
                   : SQLITE_DENY;
    default:
        return SQLITE_DENY;
    }
}

static int prepare_to_read(const struct results *results, const char *sql,
                           sqlite3_stmt **ret_statement, const char **ret_rest)
{
    int code;

    sqlite3_set_authorizer(results->db, only_reads, NULL);
    code = sqlite3_prepare_v2(results->db, sql, -1, ret_statement, ret_rest);
    sqlite3_set_authorizer(results->db, NULL, NULL);
    return code;
}

/* A statement that does nothing but read; NULL with *err. */
static sqlite3_stmt *prepare(const struct results *results, const char *sql, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    const char *rest = sql;

    int code = prepare_to_read(results, sql, &statement, &rest);

    if (code == SQLITE_AUTH) {
        err_set(err, "%s", writes);
        return NULL;
    }
    if (code != SQLITE_OK) {
        err_set(err, "%s", sqlite3_errmsg(results->db));
        return NULL;
    }
    if (!statement)
        err_set(err, "there is no statement in it");
    else if (rest[strspn(rest, " \t\n;")])
        err_set(err, "there is more than one statement in it");
    else if (!sqlite3_stmt_readonly(statement))
        err_set(err, "%s", writes);
    else if (sqlite3_column_count(statement) > COLUMNS_MOST)
        err_set(err, "it has more than %d columns", (int)COLUMNS_MOST);
    else
        return statement;
    sqlite3_finalize(statement);
    return NULL;
}

static void bind_typed(sqlite3_stmt *statement, int i, const char *text)
{
    char *end;
    double number = strtod(text, &end);
    bool whole = *text && !text[strspn(text, "+-0123456789")];

    if (strcmp(text, "none") == 0)
        sqlite3_bind_null(statement, i);
    else if (!*text || *end)
        sqlite3_bind_text(statement, i, text, -1, SQLITE_STATIC);
    else if (whole)
        sqlite3_bind_int64(statement, i, strtoll(text, NULL, 10));
    else
        sqlite3_bind_double(statement, i, number);
}

static bool bind(sqlite3_stmt *statement, const struct results_param *params, struct err *err)
{
    int count = sqlite3_bind_parameter_count(statement);

    for (int i = 1; i <= count; i++) {
        const char *name = sqlite3_bind_parameter_name(statement, i);
        const struct results_param *param = params;

        while (name && param && param->name && strcmp(param->name, name + 1) != 0)
            param++;
        if (!name || !param || !param->name)
            return err_set(err, "there is no parameter '%s'", name ? name : "?");
        if (param->text && param->typed)
            bind_typed(statement, i, param->text);
        else if (param->text)
            sqlite3_bind_text(statement, i, param->text, -1, SQLITE_STATIC);
        else
            sqlite3_bind_int64(statement, i, param->number);
    }
    return true;
}

static void read_row(sqlite3_stmt *statement, int columns, struct results_cell *cell)
{
    for (int i = 0; i < columns; i++) {
        int type = sqlite3_column_type(statement, i);
        bool number = type == SQLITE_INTEGER || type == SQLITE_FLOAT;

        cell[i].name = sqlite3_column_name(statement, i);
        /* the number first: asking for the text converts the cell */
        cell[i].number = number ? sqlite3_column_double(statement, i) : NAN;
        cell[i].text = (const char *)sqlite3_column_text(statement, i);
    }
}

bool results_query(const struct results *results, const char *sql,
                   const struct results_param *params, results_row_fn *row, void *arg,
                   struct err *err)
{
    struct results_cell cell[COLUMNS_MOST];
    sqlite3_stmt *statement = prepare(results, sql, err);
    int code = SQLITE_DONE, columns;
    bool ok;

    if (!statement)
        return false;
    columns = sqlite3_column_count(statement);
    ok = bind(statement, params, err);
    while (ok && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        read_row(statement, columns, cell);
        row(arg, cell, columns);
    }
    if (ok && code != SQLITE_DONE)
        ok = results_fail(results, err);
    sqlite3_finalize(statement);
    return ok;
}

bool results_check(const struct results *results, const char *sql,
                   const struct results_param *params, struct err *err)
{
    sqlite3_stmt *statement = prepare(results, sql, err);
    bool ok = statement && bind(statement, params, err);

    sqlite3_finalize(statement);
    return ok;
}

bool results_query_names(const struct results *results, const char *sql, results_row_fn *row,
                         void *arg, struct err *err)
{
    struct results_cell cell[COLUMNS_MOST] = {{0}};
    sqlite3_stmt *statement = prepare(results, sql, err);
    int columns;

    if (!statement)
        return false;
    columns = sqlite3_column_count(statement);
    for (int i = 0; i < columns; i++)
        cell[i].name = sqlite3_column_name(statement, i);
    row(arg, cell, columns);
    sqlite3_finalize(statement);
    return true;
}

/* The views of an empty database are enough to know whether a statement makes sense. */
bool results_check_query(const char *sql, const struct results_param *params, int columns,
                         struct err *err)
{
    struct results results = {.path = (char *)"the empty database"};
    sqlite3_stmt *statement = NULL;
    bool ok = false;

    if (sqlite3_open(":memory:", &results.db) != SQLITE_OK)
        results_fail(&results, err);
    else if (schema_bring_up(&results, &schema_ours, err))
        statement = prepare(&results, sql, err);
    if (statement) {
        ok = bind(statement, params, err);
        if (ok && sqlite3_column_count(statement) != columns)
            ok = err_set(err, "it has %d columns, not %d", sqlite3_column_count(statement),
                         columns);
        sqlite3_finalize(statement);
    }
    results_forget_statements(&results);
    sqlite3_close(results.db);
    return ok;
}
