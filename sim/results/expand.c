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
                "of runs, view params the settings)",
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

/* As scenarios have it: a choice is its kind ("loss" is loss.kind, as in "loss: none"), and
 * the job's settings may be written below it (job.averaging). */
bool results_setting(struct results *results, const char *word, char **ret_key, struct err *err)
{
    bool of_job = strncmp(word, "job.", 4) == 0, ok = true;

    *ret_key = NULL;
    for (int job = 0; job <= (int)of_job; job++)
        for (int i = 0; ok && !*ret_key && i < 2; i++) {
            const char *plain = word + (job ? 4 : 0);
            char *form = i ? memory_format("%s.kind", plain) : memory_text(plain);

            ok = find_setting(results, form, ret_key, err);
            free(form);
        }
    return ok && (*ret_key || say_unknown(results, word, err));
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

/* -- words -----------------------------------------------------------------------------------
 */
static bool is_of_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words && sqlite3_stricmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

/* Words of SQL that an expression may have; others of its keywords (rows, key) are settings. */
static bool is_of_sql(const char *word)
{
    static const char *const words[] = {
        "and",    "as",       "asc",   "between", "by",        "case",   "cast",      "collate",
        "desc",   "distinct", "else",  "end",     "escape",    "except", "exists",    "false",
        "filter", "from",     "glob",  "group",   "having",    "in",     "intersect", "is",
        "isnull", "join",     "like",  "limit",   "match",     "not",    "notnull",   "null",
        "on",     "or",       "order", "over",    "partition", "regexp", "select",    "then",
        "true",   "union",    "using", "when",    "where",     NULL};

    return is_one_of(word, words);
}

/* In patterns a quantity has no meaning. */
static bool is_of_patterns(const char *word)
{
    static const char *const words[] = {"like", "glob", "match", "regexp", NULL};

    return is_one_of(word, words);
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

/* Is that a setting, neither column nor word of SQL? */
static bool is_setting(const char *word)
{
    const char *plain = strncmp(word, "runs.", 5) == 0 ? word + 5 : word;

    return !is_of_sql(word) && !is_column(plain);
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

bool results_setting_dimension(struct results *results, const char *word,
                               enum dimension *ret_dimension)
{
    struct err ignored = {""};
    char *key = NULL;
    bool ok = !is_column(word) && results_setting(results, word, &key, &ignored) &&
              dimension_of(results, key, ret_dimension);

    free(key);
    return ok;
}

/* Has the setting a word in some run ("none") instead of a number? */
static bool has_words(struct results *results, const char *key)
{
    char *sql = sqlite3_mprintf(
        "SELECT EXISTS (SELECT 1 FROM main.param WHERE key = %Q AND value_num IS NULL)", key);
    int64_t has = 1;
    struct err ignored = {""};

    results_integer(results, sql, 1, &has, &ignored);
    sqlite3_free(sql);
    return has != 0;
}

/* plain, compared with a setting, in the unit in which the database keeps that. */
static bool add_quantity(struct expansion *expansion, const char *plain, bool *ret_added)
{
    enum dimension dimension;
    struct err why = {""};
    double value, scale;

    *ret_added = false;
    if (!dimension_of(expansion->results, expansion->key, &dimension))
        return true;
    if (units_parse(plain, dimension, &value, &why)) {
        dimension_unit(dimension, &scale);
        text_add(expansion->out, "%.17g", value / scale);
        *ret_added = true;
        return true;
    }
    if (strchr("+-.0123456789", *plain) || !has_words(expansion->results, expansion->key))
        return err_set(expansion->err, "'%s' %s", expansion->key, why.text);
    return true;
}

/* After a literal: in "'2 GB' < memory" the setting that it is compared with comes later. */
static bool look_ahead(struct expansion *expansion, const char *text)
{
    size_t sign, quoted, length = 0;
    char *word, *key = NULL;
    bool ok = true;

    text += strspn(text, " \t\n");
    sign = strspn(text, "<>=!");
    text += sign + strspn(text + sign, " \t\n(");
    quoted = *text == '"';
    while (is_of_word(text[quoted + length]))
        length++;
    if (!sign || (!isalpha((unsigned char)text[quoted]) && text[quoted] != '_'))
        return true;
    word = memory_format("%.*s", (int)length, text + quoted);
    ok = !is_setting(word) || results_setting(expansion->results, word, &key, expansion->err);
    free(word);
    free(expansion->key);
    expansion->key = key;
    return ok;
}

/* text: a literal of SQL with its quotes. */
static bool add_literal(struct expansion *expansion, const char *text, size_t length)
{
    char *plain = memory_format("%.*s", (int)length - 2, text + 1);
    bool added = false;
    bool ok = look_ahead(expansion, text + length) &&
              (!expansion->key || add_quantity(expansion, plain, &added));

    if (ok && !added)
        text_add_bytes(expansion->out, text, length);
    free(plain);
    return ok;
}

/* -- tokens ----------------------------------------------------------------------------------
 */
/* What is compared from here on is no setting, or a pattern. */
static void forget_setting(struct expansion *expansion)
{
    free(expansion->key);
    expansion->key = NULL;
}

static bool add_word(struct expansion *expansion, const char *text, size_t length)
{
    char *word = memory_format("%.*s", (int)length, text);
    const char *rest = text + length + strspn(text + length, " \t\n");
    bool ok = true;

    if (*rest == '(' || !is_setting(word)) {
        if (!is_of_sql(word) || is_of_patterns(word))
            forget_setting(expansion);
        text_add(expansion->out, "%s", word);
    } else {
        ok = add_setting(expansion, word);
    }
    free(word);
    return ok;
}

/* A name in double quotes: SQLite would take one that is no column for a text. */
static bool add_name(struct expansion *expansion, const char *text, size_t length)
{
    char *plain = memory_format("%.*s", (int)length - 2, text + 1);
    bool ok = true;

    if (is_column(plain)) {
        forget_setting(expansion);
        text_add_bytes(expansion->out, text, length);
    } else {
        ok = add_setting(expansion, plain);
    }
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
        return add_literal(expansion, text, length);
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
