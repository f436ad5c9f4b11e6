/* SPDX-License-Identifier: MIT
 * cache.c -- what was computed once for many runs, by the hash of all it depends on. */
#include "sim/results/inside.h"

bool results_cache_put(struct results *results, const char *sha256, const char *inputs,
                       int64_t rounds, const struct text *bytes, struct err *err)
{
    struct writer writer = {.results = results, .err = err, .ok = true};
    struct insert insert = insert_open(
        &writer, "INSERT INTO " RESULTS_CACHE_TABLE " (sha256, inputs, rounds, bytes)"
                 " VALUES (?,?,?,?) ON CONFLICT (sha256) DO UPDATE SET"
                 " rounds = excluded.rounds, bytes = excluded.bytes");

    put_text(&insert, sha256);
    put_text(&insert, inputs);
    put_int(&insert, rounds);
    put_bytes(&insert, bytes->chars, bytes->length);
    put_row(&insert);
    insert_done(&insert);
    return writer.ok;
}

bool results_cache_get(const struct results *results, const char *sha256, struct text *out,
                       struct err *err)
{
    sqlite3_stmt *statement = NULL;
    bool ok = sqlite3_prepare_v2(results->db,
                                 "SELECT bytes FROM " RESULTS_CACHE_TABLE " WHERE sha256 = ?",
                                 -1, &statement, NULL) == SQLITE_OK;
    int code = SQLITE_DONE;

    if (ok) {
        sqlite3_bind_text(statement, 1, sha256, -1, SQLITE_STATIC);
        code = sqlite3_step(statement);
        ok = code == SQLITE_ROW || code == SQLITE_DONE;
    }
    if (code == SQLITE_ROW)
        text_add_bytes(out, sqlite3_column_blob(statement, 0),
                       (size_t)sqlite3_column_bytes(statement, 0));
    if (!ok)
        results_fail(results, err);
    sqlite3_finalize(statement);
    return ok;
}
