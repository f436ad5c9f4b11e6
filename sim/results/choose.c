/* SPDX-License-Identifier: MIT
 * choose.c -- the chosen runs of a connection; see choose.h. */
#include "sim/results/choose.h"

#include <math.h>
#include <string.h>

#include "sim/results/inside.h"

bool results_change_temporary(struct results *results, const char *sql, struct err *err)
{
    bool ok;

    /* query_only is about temporary tables as well */
    if (!results_execute(results, "PRAGMA query_only = OFF", err))
        return false;
    ok = results_execute(results, sql, err);
    return results_execute(results, "PRAGMA query_only = ON", err) && ok;
}

static bool is_of_runs(const struct view *view)
{
    return strcmp(view->columns[0].name, "run_id") == 0;
}

/* The views of the file again, with the chosen runs only. */
static void shadow_views(struct text *sql)
{
    for (const struct view *view = views; view->name; view++)
        if (is_of_runs(view))
            text_add(sql,
                     "CREATE TEMP VIEW %s AS SELECT * FROM main.%s WHERE run_id IN"
                     " (SELECT run_id FROM temp.chosen);",
                     view->name, view->name);
}

/* SQLite's own words about an expression, in a sentence that names it. */
static bool say_what_is_wrong(const char *where, struct err *cause, struct err *err)
{
    return err_set(err, "the condition \"%s\" is not understood: %s", where, cause->text);
}

static bool check_condition(struct results *results, const char *where, const char *expanded,
                            struct err *err)
{
    struct text sql = {0};
    sqlite3_stmt *statement = NULL;
    struct err cause = {""};
    bool ok = true;

    text_add(&sql, "SELECT 1 FROM runs WHERE (%s\n)", expanded);
    if (sqlite3_prepare_v2(results->db, sql.chars, -1, &statement, NULL) != SQLITE_OK) {
        err_set(&cause, "%s", sqlite3_errmsg(results->db));
        ok = say_what_is_wrong(where, &cause, err);
    }
    sqlite3_finalize(statement);
    text_done(&sql);
    return ok;
}

bool results_choose(struct results *results, const char *campaign, const char *where,
                    struct err *err)
{
    struct text sql = {0}, expanded = {0};
    bool ok = true;

    if (!campaign && !where)
        return true;
    text_add(&sql, "CREATE TEMP TABLE chosen (run_id INTEGER PRIMARY KEY);"
                   "INSERT INTO temp.chosen SELECT run_id FROM main.runs AS runs WHERE 1");
    if (campaign) {
        char *quoted = sqlite3_mprintf(" AND campaign = %Q", campaign);

        text_add(&sql, "%s", quoted);
        sqlite3_free(quoted);
    }
    if (where) {
        struct err cause = {""};

        ok = results_expand(results, where, &expanded, &cause) ||
             say_what_is_wrong(where, &cause, err);
        ok = ok && check_condition(results, where, expanded.chars ? expanded.chars : "", err);
        if (ok)
            text_add(&sql, " AND (%s\n)", expanded.chars);
    }
    text_add(&sql, ";");
    shadow_views(&sql);
    ok = ok && results_change_temporary(results, sql.chars, err);
    text_done(&sql);
    text_done(&expanded);
    return ok;
}

/* -- columns ------------------------------------------------------------------------------ */
bool results_is_column(const char *name)
{
    for (const struct view *view = views; view->name; view++)
        for (const struct column *column = view->columns; column->name; column++)
            if (sqlite3_stricmp(column->name, name) == 0)
                return true;
    return false;
}

bool results_has_column(const char *view_name, const char *name, struct err *err)
{
    const struct view *view = views;
    struct nearest nearest = {.word = name};

    while (view->name && strcmp(view->name, view_name) != 0)
        view++;
    for (const struct column *column = view->name ? view->columns : NULL;
         column && column->name; column++) {
        if (sqlite3_stricmp(column->name, name) == 0)
            return true;
        nearest_try(&nearest, column->name);
    }
    if (!view->name)
        return true;
    return nearest.best
               ? err_set(err, "view %s has no column '%s'; did you mean '%s'?", view_name, name,
                         nearest.best)
               : err_set(err, "view %s has no column '%s' (`traincast describe db` lists them)",
                         view_name, name);
}

/* -- functions ---------------------------------------------------------------------------- */
enum { ARGUMENTS_MOST = 4 };

static void call(sqlite3_context *context, int count, sqlite3_value **value)
{
    results_function *function = (results_function *)sqlite3_user_data(context);
    double argument[ARGUMENTS_MOST], result;

    for (int i = 0; i < count; i++) {
        if (sqlite3_value_type(value[i]) == SQLITE_NULL)
            return; /* NULL of NULL */
        argument[i] = sqlite3_value_double(value[i]);
    }
    result = function(argument);
    if (!isnan(result))
        sqlite3_result_double(context, result);
}

bool results_add_function(struct results *results, const char *name, int arguments,
                          results_function *function, struct err *err)
{
    if (arguments > ARGUMENTS_MOST)
        return err_set(err, "%s has more than %d arguments", name, (int)ARGUMENTS_MOST);
    return sqlite3_create_function(results->db, name, arguments,
                                   SQLITE_UTF8 | SQLITE_DETERMINISTIC, (void *)function, call,
                                   NULL, NULL) == SQLITE_OK ||
           results_fail(results, err);
}
