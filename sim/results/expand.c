/* SPDX-License-Identifier: MIT
 * expand.c -- settings in a user's expression, turned into SQL; see choose.h.
 *
 * SQL has no names with dots in them, and a setting is a row, not a column.  So words are
 * looked up among the keys of the file.  What is a column of runs, a keyword or a function
 * stays. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/units.h"
#include "sim/results/choose.h"
#include "sim/results/inside.h"

struct expansion {
    struct results *results;
    struct text *out;
    struct err *err;
    char *key; /* of the last setting; NULL: none yet */
};

static bool is_column(const char *word)
{
    for (const struct column *column = views[0].columns; column->name; column++)
        if (sqlite3_stricmp(column->name, word) == 0)
            return true;
    return false;
}

bool results_is_column(const char *name)
{
    for (const struct view *view = views; view->name; view++)
        for (const struct column *column = view->columns; column->name; column++)
            if (sqlite3_stricmp(column->name, name) == 0)
                return true;
    return false;
}

/* -- keys ------------------------------------------------------------------------------------
 */
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
    }
    best = memory_text(nearest.best);
    sqlite3_finalize(statement);
    for (size_t i = 0; i < count; i++)
        free(copy[i]);
    free(copy);
    return best;
}

static bool say_unknown(struct results *results, const char *word, struct err *err)
{
    char *best = closest(results, word, err);

    if (best)
        err_set(err, "there is no column or setting '%s'; did you mean '%s'?", word, best);
    else
        err_set(err,
                "there is no column or setting '%s' (`traincast describe db` lists the columns "
                "of runs, view params the settings)",
                word);
    free(best);
    return false;
}

bool results_setting(struct results *results, const char *word, char **ret_key, struct err *err)
{
    struct keys keys = {.word = word};
    sqlite3_stmt *statement = NULL;
    bool ok = true;

    *ret_key = NULL;
    if (sqlite3_prepare_v2(results->db,
                           "SELECT key, count(*) FROM main.param GROUP BY key"
                           " ORDER BY key",
                           -1, &statement, NULL) != SQLITE_OK)
        return results_fail(results, err);
    while (sqlite3_step(statement) == SQLITE_ROW)
        look_at_key(&keys, (const char *)sqlite3_column_text(statement, 0),
                    sqlite3_column_int(statement, 1) > 1);
    sqlite3_finalize(statement);
    if (keys.exact || keys.count == 1)
        *ret_key = memory_text(keys.exact ? keys.exact : keys.ending);
    else if (keys.varied_count == 1)
        *ret_key = memory_text(keys.varied);
    else if (keys.count > 1)
        ok = err_set(err, "'%s' may be any of %s: write more of it", word, keys.endings.chars);
    else
        ok = say_unknown(results, word, err);
    free(keys.exact);
    free(keys.ending);
    free(keys.varied);
    text_done(&keys.endings);
    return ok;
}

/* A table of the setting's value in each run, made when it is first asked for. */
static bool make_setting_table(struct results *results, const char *key, struct err *err)
{
    char *sql = sqlite3_mprintf(
        "CREATE TEMP TABLE IF NOT EXISTS \"setting %w\" AS SELECT run_id,"
        " coalesce(value_num, value_text) AS value FROM main.param JOIN main.run_param"
        " USING (param_id) WHERE key = %Q;"
        "CREATE INDEX IF NOT EXISTS temp.\"runs of %w\" ON \"setting %w\" (run_id, value)",
        key, key, key, key);
    bool ok = results_change_temporary(results, sql, err);

    sqlite3_free(sql);
    return ok;
}

static bool add_setting(struct expansion *expansion, const char *word)
{
    char *key, *sql;

    if (!results_setting(expansion->results, word, &key, expansion->err))
        return false;
    free(expansion->key);
    expansion->key = key;
    if (!make_setting_table(expansion->results, key, expansion->err))
        return false;
    sql = sqlite3_mprintf("(SELECT value FROM temp.\"setting %w\" AS setting"
                          " WHERE setting.run_id = runs.run_id)",
                          key);
    text_add(expansion->out, "%s", sql);
    sqlite3_free(sql);
    return true;
}

/* -- quantities ------------------------------------------------------------------------------
 */

/* The dimension in which the setting's own text is its number. */
static bool dimension_of(struct results *results, const char *key, enum dimension *ret)
{
    static const char sql[] = "SELECT value_text, value_num FROM main.param WHERE key = ?"
                              " AND value_num IS NOT NULL LIMIT 1";
    sqlite3_stmt *statement = NULL;
    bool found = false;

    if (sqlite3_prepare_v2(results->db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        double kept = sqlite3_column_double(statement, 1), scale, value;
        const char *text = (const char *)sqlite3_column_text(statement, 0);

        for (int d = 0; d < DIMENSION_COUNT && !found; d++) {
            dimension_unit((enum dimension)d, &scale);
            found = units_parse(text, (enum dimension)d, &value, NULL) &&
                    fabs(value / scale - kept) <= 1e-9 * fabs(kept);
            if (found)
                *ret = (enum dimension)d;
        }
    }
    sqlite3_finalize(statement);
    return found;
}

/* text: a literal of SQL with its quotes. */
static void add_literal(struct expansion *expansion, const char *text, size_t length)
{
    char *plain = memory_format("%.*s", (int)length - 2, text + 1);
    enum dimension dimension;
    double value, scale;

    if (expansion->key && dimension_of(expansion->results, expansion->key, &dimension) &&
        units_parse(plain, dimension, &value, NULL)) {
        dimension_unit(dimension, &scale);
        text_add(expansion->out, "%.17g", value / scale);
    } else {
        text_add_bytes(expansion->out, text, length);
    }
    free(plain);
}

/* -- words -----------------------------------------------------------------------------------
 */
static bool is_of_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

static bool add_word(struct expansion *expansion, const char *text, size_t length)
{
    char *word = memory_format("%.*s", (int)length, text);
    const char *rest = text + length + strspn(text + length, " \t\n");
    const char *plain = strncmp(word, "runs.", 5) == 0 ? word + 5 : word;
    bool ok = true;

    if (*rest == '(' || sqlite3_keyword_check(word, (int)length) || is_column(plain))
        text_add(expansion->out, "%s", word);
    else
        ok = add_setting(expansion, word);
    free(word);
    return ok;
}

/* Where a literal or a quoted name ends; a quote in it is doubled. */
static size_t quoted_length(const char *text)
{
    size_t length = 1;

    while (text[length]) {
        if (text[length] == *text && text[length + 1] != *text)
            return length + 1;
        length += text[length] == *text ? 2 : 1;
    }
    return 0;
}

/* A name in double quotes: SQLite would take one that is no column for a text. */
static bool add_name(struct expansion *expansion, const char *text, size_t length)
{
    char *plain = memory_format("%.*s", (int)length - 2, text + 1);
    bool ok = true;

    if (is_column(plain))
        text_add_bytes(expansion->out, text, length);
    else
        ok = add_setting(expansion, plain);
    free(plain);
    return ok;
}

static bool add_token(struct expansion *expansion, const char *text, size_t *ret_length)
{
    size_t length = 0;

    if (*text == '\'' || *text == '"') {
        length = quoted_length(text);
        if (!length)
            return err_set(expansion->err, "a quote %c is not closed", *text);
        *ret_length = length;
        if (*text == '"')
            return add_name(expansion, text, length);
        add_literal(expansion, text, length);
        return true;
    }
    while (is_of_word(text[length]))
        length++;
    *ret_length = length ? length : 1;
    if (isalpha((unsigned char)*text) || *text == '_')
        return add_word(expansion, text, length);
    text_add_bytes(expansion->out, text, *ret_length);
    return true;
}

bool results_expand(struct results *results, const char *expression, struct text *out,
                    struct err *err)
{
    struct expansion expansion = {results, out, err, NULL};
    bool ok = true;

    if (strchr(expression, ';') || strstr(expression, "--"))
        return err_set(err, "an expression has no ';' and no comment in it");
    if (!expression[strspn(expression, " \t\n")])
        return err_set(err, "it is empty");
    while (ok && *expression) {
        size_t length = 1;

        ok = add_token(&expansion, expression, &length);
        expression += length;
    }
    free(expansion.key);
    return ok;
}
