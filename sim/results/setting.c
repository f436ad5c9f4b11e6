/* SPDX-License-Identifier: MIT
 * setting.c -- which key of the file a user's word names: the key itself, or as much of its end
 * as no other key has; see choose.h. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/results/choose.h"
#include "sim/results/inside.h"
#include "sim/scenario/shorthand.h"

struct keys {
    const char *word;
    char *exact, *ending, *varied; /* NULL: none */
    struct text endings;           /* all of them, for a message */
    int count, varied_count;       /* of keys that end so; with more than one value */
};

/* As many parts of the key's end as the word has. */
static const char *end_like(const char *key, const char *word)
{
    const char *end = key + strlen(key);
    int dots = 0;

    for (; *word; word++)
        dots += *word == '.';
    while (end > key && (end[-1] != '.' || dots-- > 0))
        end--;
    return end;
}

static void keep_key(char **kept, const char *key)
{
    free(*kept);
    *kept = memory_text(key);
}

static void look_at_key(struct keys *keys, const char *key, bool varied)
{
    size_t length = strlen(key), ending = strlen(keys->word);

    if (strcmp(key, keys->word) == 0)
        keep_key(&keys->exact, key);
    if (length > ending && key[length - ending - 1] == '.' &&
        strcmp(key + length - ending, keys->word) == 0) {
        keep_key(&keys->ending, key);
        if (varied && ++keys->varied_count)
            keep_key(&keys->varied, key);
        text_add(&keys->endings, "%s%s", keys->count++ ? ", " : "", key);
    }
}

static bool ends_in_kind(const char *key)
{
    size_t length = strlen(key);

    return length > 5 && strcmp(key + length - 5, ".kind") == 0;
}

/* Memory for the words that may be meant must outlast the statement. */
static char *closest(struct results *results, const char *word, struct err *err)
{
    struct nearest nearest = {.word = word};
    sqlite3_stmt *statement = NULL;
    char **copy = NULL, *best = NULL;
    size_t count = 0, capacity = 0;

    for (const struct column *column = views[0].columns; column->name; column++)
        nearest_try(&nearest, column->name);
    if (sqlite3_prepare_v2(results->db, "SELECT DISTINCT key FROM main.param", -1, &statement,
                           NULL) != SQLITE_OK)
        results_fail(results, err);
    while (statement && sqlite3_step(statement) == SQLITE_ROW) {
        ROOM_FOR_ONE(copy, count, capacity);
        copy[count] = memory_text((const char *)sqlite3_column_text(statement, 0));
        nearest_try(&nearest, end_like(copy[count], word));
        count++;
        if (!ends_in_kind(copy[count - 1]))
            continue;
        ROOM_FOR_ONE(copy, count, capacity); /* a choice is its kind */
        copy[count] = memory_format("%.*s", (int)strlen(copy[count - 1]) - 5, copy[count - 1]);
        nearest_try(&nearest, end_like(copy[count], word));
        count++;
    }
    best = memory_text(nearest.best);
    sqlite3_finalize(statement);
    for (size_t i = 0; i < count; i++)
        free(copy[i]);
    free(copy);
    return best;
}

/* Looks through all keys of the file. */
static bool look_at_keys(struct results *results, struct keys *keys, struct err *err)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(results->db,
                           "SELECT key, count(*) FROM main.param GROUP BY key"
                           " ORDER BY key",
                           -1, &statement, NULL) != SQLITE_OK)
        return results_fail(results, err);
    while (sqlite3_step(statement) == SQLITE_ROW)
        look_at_key(keys, (const char *)sqlite3_column_text(statement, 0),
                    sqlite3_column_int(statement, 1) > 1);
    sqlite3_finalize(statement);
    return true;
}

static void keys_done(struct keys *keys)
{
    free(keys->exact);
    free(keys->ending);
    free(keys->varied);
    text_done(&keys->endings);
}

static bool say_unknown(struct results *results, const char *word, struct err *err)
{
    char *best = closest(results, word, err);

    if (best)
        err_set(err, "there is no column or setting '%s'; did you mean '%s'?", word, best);
    else
        err_set(err,
                "there is no column or setting '%s' (`traincast describe db` lists the columns "
                "of runs, view params the settings; a text stands in single quotes)",
                word);
    free(best);
    return false;
}

/* *ret_key stays NULL when there is no such setting. */
static bool find_setting(struct results *results, const char *word, char **ret_key,
                         struct err *err)
{
    struct keys keys = {.word = word};
    bool ok = look_at_keys(results, &keys, err);

    if (keys.exact || keys.count == 1)
        *ret_key = memory_text(keys.exact ? keys.exact : keys.ending);
    else if (keys.varied_count == 1)
        *ret_key = memory_text(keys.varied);
    else if (keys.count > 1)
        ok = err_set(err, "'%s' may be any of %s: write more of it", word, keys.endings.chars);
    keys_done(&keys);
    return ok;
}

/* A choice is its kind: "loss" is loss.kind, as in "loss: none". */
static bool find_choice(struct results *results, const char *word, char **ret_key,
                        struct err *err)
{
    bool ok = find_setting(results, word, ret_key, err);

    if (ok && !*ret_key) {
        char *kind = memory_format("%s.kind", word);

        ok = find_setting(results, kind, ret_key, err);
        free(kind);
    }
    return ok;
}

/* As scenarios have it: the job's settings may be written below it (job.averaging), and short
 * forms stand for long ones (channel.loss). */
bool results_setting(struct results *results, const char *word, char **ret_key, struct err *err)
{
    bool ok;

    *ret_key = NULL;
    ok = find_choice(results, word, ret_key, err);
    if (ok && !*ret_key && strncmp(word, "job.", 4) == 0)
        ok = find_choice(results, word + 4, ret_key, err);
    if (ok && !*ret_key) {
        char *full = shorthand_in_full(word);

        ok = find_choice(results, full, ret_key, err);
        free(full);
    }
    return ok && (*ret_key || say_unknown(results, word, err));
}
