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
    /* what a literal is compared with: the last setting or column of runs; NULL: none yet */
    char *key;
    const struct column *column;
    bool after_from; /* the next word is a view's name */
};

/* word: also "runs.NAME". */
static const struct column *column_of(const char *word)
{
    const struct column *column = views[0].columns;

    if (sqlite3_strnicmp(word, "runs.", 5) == 0)
        word += 5;
    while (column->name && sqlite3_stricmp(column->name, word) != 0)
        column++;
    return column->name ? column : NULL;
}

static bool is_column(const char *word)
{
    return column_of(word) != NULL;
}

/* "rounds.epoch", in a subquery of the user's own. */
static bool is_of_view(const char *word)
{
    const char *dot = strchr(word, '.');

    for (const struct view *view = views; dot && view->name; view++)
        if (strlen(view->name) == (size_t)(dot - word) &&
            sqlite3_strnicmp(view->name, word, (int)(dot - word)) == 0)
            for (const struct column *column = view->columns; column->name; column++)
                if (sqlite3_stricmp(column->name, dot + 1) == 0)
                    return true;
    return false;
}

/* -- settings --------------------------------------------------------------------------------
 */
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
    expansion->column = NULL;
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
    return !is_of_sql(word) && !is_column(word) && !is_of_view(word);
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

static bool column_dimension(const struct column *column, enum dimension *ret_dimension,
                             double *ret_scale)
{
    *ret_scale = strcmp(column->unit, "USD") == 0 ? 1e12 : 1;
    if (strcmp(column->unit, "s") == 0)
        *ret_dimension = DIMENSION_SECONDS;
    else if (strcmp(column->unit, "bytes") == 0)
        *ret_dimension = dimension_of_name(column->name, NULL);
    else if (strcmp(column->unit, "USD") == 0 || strcmp(column->unit, "pUSD") == 0)
        *ret_dimension = DIMENSION_PUSD;
    else
        return false;
    return true;
}

/* plain, compared with a column of runs, in its unit; it may be a number of that itself. */
static bool add_quantity_of_column(struct expansion *expansion, const char *plain,
                                   bool *ret_added)
{
    enum dimension dimension;
    struct err why = {""}, ignored = {""};
    double value, scale;

    *ret_added = false;
    if (!column_dimension(expansion->column, &dimension, &scale))
        return true;
    if (units_parse(plain, DIMENSION_NONE, &value, &ignored))
        scale = 1;
    else if (!units_parse(plain, dimension, &value, &why))
        return err_set(expansion->err, "'%s' %s", expansion->column->name, why.text);
    text_add(expansion->out, "%.17g", value / scale);
    *ret_added = true;
    return true;
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
    free(expansion->key);
    expansion->key = key;
    expansion->column = column_of(word);
    free(word);
    return ok;
}

/* text: a literal of SQL with its quotes. */
static bool add_literal(struct expansion *expansion, const char *text, size_t length)
{
    char *plain = memory_format("%.*s", (int)length - 2, text + 1);
    bool added = false;
    bool ok = look_ahead(expansion, text + length);

    if (ok && expansion->key)
        ok = add_quantity(expansion, plain, &added);
    else if (ok && expansion->column)
        ok = add_quantity_of_column(expansion, plain, &added);

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
    expansion->column = NULL;
}

static bool add_word(struct expansion *expansion, const char *text, size_t length)
{
    char *word = memory_format("%.*s", (int)length, text);
    const char *rest = text + length + strspn(text + length, " \t\n");
    bool ok = true;

    if (*rest == '(' || expansion->after_from || !is_setting(word)) {
        if (!is_of_sql(word) || is_of_patterns(word))
            forget_setting(expansion);
        expansion->column = is_of_sql(word) ? expansion->column : column_of(word);
        text_add(expansion->out, "%s", word);
    } else {
        ok = add_setting(expansion, word);
    }
    expansion->after_from =
        sqlite3_stricmp(word, "from") == 0 || sqlite3_stricmp(word, "join") == 0;
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
        expansion->column = column_of(plain);
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
    struct expansion expansion = {.results = results, .out = out, .err = err};
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
