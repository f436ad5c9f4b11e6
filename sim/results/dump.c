/* SPDX-License-Identifier: MIT
 * dump.c -- a database as text, without what depends on the moment and the machine.
 *
 * Two databases with equal dumps hold the same results, bit for bit: doubles are written with
 * all their digits, and rows come in the order of their primary keys. */
#include <inttypes.h>

#include "sim/results/inside.h"

static void print_value(sqlite3_stmt *statement, int column, FILE *out)
{
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        fprintf(out, "%" PRId64, (int64_t)sqlite3_column_int64(statement, column));
        break;
    case SQLITE_FLOAT:
        fprintf(out, "%.17g", sqlite3_column_double(statement, column));
        break;
    case SQLITE_NULL:
        fputs("NULL", out);
        break;
    default:
        fprintf(out, "'%s'", (const char *)sqlite3_column_text(statement, column));
    }
}

static bool dump_table(const struct results *results, const char *table, FILE *out,
                       struct err *err)
{
    sqlite3_stmt *statement = NULL;
    char *sql = sqlite3_mprintf("SELECT * FROM \"%w\" ORDER BY 1, 2", table);
    int code = sqlite3_prepare_v2(results->db, sql, -1, &statement, NULL);

    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(statement);
        if (code != SQLITE_ROW)
            break;
        fprintf(out, "%s:", table);
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            fprintf(out, "%s%s=", i ? "|" : " ", sqlite3_column_name(statement, i));
            print_value(statement, i, out);
        }
        fputc('\n', out);
    }
    if (code != SQLITE_DONE)
        results_fail(results, err);
    sqlite3_finalize(statement);
    sqlite3_free(sql);
    return code == SQLITE_DONE;
}

static bool dump_tables(const struct results *results, FILE *out, struct err *err)
{
    static const char sql[] =
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite_%'"
        " AND name NOT IN ('" RESULTS_WALL_TABLE "', '" RESULTS_CACHE_TABLE "') ORDER BY name";
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(results->db, sql, -1, &statement, NULL);
    bool ok = true;

    if (code != SQLITE_OK)
        return results_fail(results, err);
    while (ok && (code = sqlite3_step(statement)) == SQLITE_ROW)
        ok = dump_table(results, (const char *)sqlite3_column_text(statement, 0), out, err);
    if (ok && code != SQLITE_DONE)
        ok = results_fail(results, err);
    sqlite3_finalize(statement);
    return ok;
}

bool results_dump(const char *path, FILE *out, struct err *err)
{
    struct results results = {.path = (char *)path, .busy_timeout_ms = 10000};
    bool ok = false;

    /* Not READONLY: after a kill -9 the first to open the file must take back what was half
     * written, and SQLite lets only a connection that may write do so. */
    if (sqlite3_open_v2(path, &results.db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        results_fail(&results, err);
    else if (sqlite3_busy_timeout(results.db, results.busy_timeout_ms) == SQLITE_OK)
        /* One transaction, so that nobody writes between two tables. */
        ok = results_execute(&results, "PRAGMA query_only = ON; BEGIN", err) &&
             dump_tables(&results, out, err);
    sqlite3_close(results.db);
    return ok;
}
