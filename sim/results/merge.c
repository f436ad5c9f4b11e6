/* SPDX-License-Identifier: MIT
 * merge.c -- finished runs of another database become the planned runs of this one.
 *
 * A shard is a database that one of several machines wrote for itself, because SQLite's locks
 * cannot be trusted on every shared file system.  Tables are copied column by column as they
 * are found, so a new one needs nothing here; words of vocabularies are matched by name, since
 * each file numbers them for itself.  What is finished here already is left alone: merging
 * twice changes nothing. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "sim/results/inside.h"

#define ENDED "('done', 'failed', 'diverged', 'deadlock', 'out_of_memory')"

/* Which run there becomes which one here. */
static const char pair_up[] =
    "CREATE TEMP TABLE pair (from_id INTEGER PRIMARY KEY, to_id INTEGER UNIQUE);"
    "INSERT OR IGNORE INTO pair SELECT theirs.run_id, min(ours.run_id)"
    " FROM shard.run AS theirs"
    " JOIN shard.status AS their_status ON their_status.status_id = theirs.status_id"
    " JOIN shard.scenario AS their_scenario"
    " ON their_scenario.scenario_id = theirs.scenario_id"
    " JOIN main.scenario AS our_scenario ON our_scenario.sha256 = their_scenario.sha256"
    " JOIN main.run AS ours ON ours.scenario_id = our_scenario.scenario_id"
    " JOIN main.status AS our_status ON our_status.status_id = ours.status_id"
    " WHERE their_status.name IN " ENDED " AND our_status.name = 'planned'"
    " GROUP BY theirs.run_id;";

static const char merge_cache[] =
    "INSERT INTO main." RESULTS_CACHE_TABLE " (sha256, inputs, rounds, bytes)"
    " SELECT sha256, inputs, rounds, bytes FROM shard." RESULTS_CACHE_TABLE " WHERE true"
    " ON CONFLICT (sha256) DO UPDATE SET rounds = excluded.rounds, bytes = excluded.bytes"
    " WHERE excluded.rounds > rounds;";

typedef void(name_fn)(void *arg, const char *name);

static bool each_name(const struct results *results, const char *sql, const char *of,
                      name_fn *each, void *arg, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(results->db, sql, -1, &statement, NULL);

    if (code == SQLITE_OK && of)
        sqlite3_bind_text(statement, 1, of, -1, SQLITE_STATIC);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(statement);
        if (code == SQLITE_ROW)
            each(arg, (const char *)sqlite3_column_text(statement, 0));
    }
    if (code != SQLITE_DONE)
        results_fail(results, err);
    sqlite3_finalize(statement);
    return code == SQLITE_DONE;
}

static bool is_vocabulary(const char *column)
{
    return strcmp(column, "outcome_id") == 0 || strcmp(column, "activity_id") == 0 ||
           strcmp(column, "status_id") == 0;
}

/* What stands there in our numbers. */
static void add_value(struct text *sql, const char *column)
{
    int length = (int)strlen(column) - 3;

    if (strcmp(column, "run_id") == 0)
        text_add(sql, "pair.to_id");
    else if (is_vocabulary(column))
        text_add(sql,
                 "(SELECT a.%s FROM main.%.*s AS a JOIN shard.%.*s AS b USING (name)"
                 " WHERE b.%s = theirs.%s)",
                 column, length, column, length, column, column, column);
    else
        text_add(sql, "theirs.%s", column);
}

struct lists {
    struct text columns, values, changes;
};

static void add_column(void *arg, const char *column)
{
    struct lists *lists = arg;

    text_add(&lists->columns, "%s%s", lists->columns.length ? ", " : "", column);
    text_add(&lists->values, "%s", lists->values.length ? ", " : "");
    add_value(&lists->values, column);
    if (strcmp(column, "run_id") == 0 || strcmp(column, "scenario_id") == 0)
        return;
    text_add(&lists->changes, "%s%s = ", lists->changes.length ? ", " : "", column);
    add_value(&lists->changes, column);
}

static bool copy_table(const struct results *results, const char *table, struct err *err)
{
    static const char columns[] = "SELECT name FROM pragma_table_info(?)";
    struct lists lists = {0};
    struct text sql = {0};
    bool ok = each_name(results, columns, table, add_column, &lists, err);

    if (ok && strcmp(table, "run") == 0)
        text_add(&sql,
                 "UPDATE main.run SET %s FROM shard.run AS theirs JOIN pair"
                 " ON pair.from_id = theirs.run_id WHERE main.run.run_id = pair.to_id",
                 lists.changes.chars);
    else if (ok)
        text_add(&sql,
                 "INSERT OR REPLACE INTO main.%s (%s) SELECT %s FROM shard.%s AS theirs"
                 " JOIN pair ON pair.from_id = theirs.run_id",
                 table, lists.columns.chars, lists.values.chars, table);
    ok = ok && results_execute(results, sql.chars, err);
    text_done(&lists.columns);
    text_done(&lists.values);
    text_done(&lists.changes);
    text_done(&sql);
    return ok;
}

struct copying {
    const struct results *results;
    struct err *err;
    bool ok;
};

static void copy_one(void *arg, const char *table)
{
    struct copying *copying = arg;

    copying->ok = copying->ok && copy_table(copying->results, table, copying->err);
}

/* Everything that belongs to a run, but for what its plan has put there. */
static bool copy_tables(const struct results *results, struct err *err)
{
    static const char tables[] =
        "SELECT name FROM main.sqlite_master AS t WHERE type = 'table'"
        " AND name NOT IN ('run_param', 'axis') AND EXISTS"
        " (SELECT 1 FROM pragma_table_info(t.name) WHERE name = 'run_id') ORDER BY name";
    struct copying copying = {results, err, true};

    return each_name(results, tables, NULL, copy_one, &copying, err) && copying.ok;
}

static bool merge_attached(struct results *results, int64_t *ret_merged, struct err *err)
{
    bool ok = results_execute(results, "BEGIN IMMEDIATE", err) &&
              results_execute(results, pair_up, err) &&
              results_integer(results, "SELECT count(*) FROM pair", 0, ret_merged, err) &&
              copy_tables(results, err) && results_execute(results, merge_cache, err) &&
              results_execute(results, "DROP TABLE temp.pair; COMMIT", err);

    if (!sqlite3_get_autocommit(results->db))
        sqlite3_exec(results->db, "ROLLBACK", NULL, NULL, NULL);
    return ok;
}

/* The file itself, or one whose task was ended before it wrote anything. */
static bool has_no_news(const char *path, const char *ours)
{
    struct stat a, b;

    return stat(path, &a) == 0 &&
           (a.st_size == 0 ||
            (stat(ours, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino));
}

bool results_merge(struct results *results, const char *path, int64_t *ret_merged,
                   struct err *err)
{
    struct results *shard;
    char *attach;
    bool ok;

    *ret_merged = 0;
    if (has_no_news(path, results->path))
        return true;
    /* Opened by itself first: what is wrong with it is told of it, and it is brought up. */
    shard = results_open_to_read(path, err);
    if (!shard)
        return false;
    results_close(shard);
    attach = sqlite3_mprintf("ATTACH %Q AS shard", path);
    ok = results_execute(results, attach, err) && merge_attached(results, ret_merged, err);
    sqlite3_free(attach);
    results_forget_statements(results);
    sqlite3_exec(results->db, "DETACH shard", NULL, NULL, NULL);
    return ok;
}
