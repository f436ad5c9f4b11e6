/* SPDX-License-Identifier: MIT
 * export.c -- `traincast export`: views as csv or JSON, a run as a timeline. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "sim/answer/rows.h"
#include "sim/answer/table.h"
#include "sim/answer/timeline.h"
#include "sim/command/asking.h"

static const struct poptOption *table(struct command_options *options)
{
    static struct poptOption rows[8];
    const struct poptOption all[] = {
        {"format", 'f', POPT_ARG_STRING, &options->format, 0,
         "csv, json, latex or markdown; trace (Perfetto, Chrome) or paje: one run's timeline",
         "FORM"},
        {"out", 'o', POPT_ARG_STRING, &options->out, 0,
         "Instead of standard output; of all views a directory", "FILE"},
        {"run", 'r', POPT_ARG_STRING, &options->run, 0,
         "Of a timeline: number of the run (the last of the chosen ones)", "N"},
        COMMAND_CHOICE_OPTIONS(options),
        POPT_TABLEEND,
    };

    _Static_assert(sizeof all <= sizeof rows, "the table grew");
    memcpy(rows, all, sizeof all);
    return rows;
}

static void keep_text(void *arg, const struct results_cell *cell, int columns)
{
    (void)columns;
    text_add(arg, "%s%s", ((struct text *)arg)->length ? ", " : "",
             cell[0].text ? cell[0].text : "");
}

/* -- views -----------------------------------------------------------------------------------
 */
static const char *const views_sql = "SELECT name FROM sqlite_master WHERE type = 'view'";

static void print_names(void *arg, const struct results_cell *cell, int columns)
{
    table_names(arg, cell, columns);
}

static bool print_rows(struct results *results, const char *sql, enum table_format format,
                       FILE *out, struct err *err)
{
    struct table rows;
    bool ok;

    table_begin(&rows, format, out);
    ok = results_query_names(results, sql, print_names, &rows, err) &&
         results_query(results, sql, NULL, table_row, &rows, err);
    table_end(&rows);
    return ok;
}

/* runs with a column for each setting that differs. */
static bool wide_sql(struct results *results, struct text *sql, struct err *err)
{
    struct rows keys = {0};
    bool ok = results_make_labels(results, NULL, err) &&
              results_query(results, "SELECT DISTINCT key FROM settings ORDER BY key", NULL,
                            rows_add, &keys, err);

    text_add(sql, "SELECT runs.*");
    for (size_t i = 0; i < keys.count; i++)
        text_add(
            sql,
            ", (SELECT coalesce(value_num, value_text) FROM settings WHERE settings.run_id ="
            " runs.run_id AND key = '%s') AS \"%s\"",
            rows_text(&keys, i, 0), rows_text(&keys, i, 0));
    text_add(sql, " FROM runs ORDER BY run_id");
    rows_done(&keys);
    return ok;
}

static bool say_no_view(struct results *results, const char *view)
{
    struct rows names = {0};
    struct nearest nearest = {.word = view};
    char shown[TEXT_SHOWN];

    results_query(results, views_sql, NULL, rows_add, &names, NULL);
    for (size_t i = 0; i < names.count; i++)
        nearest_try(&nearest, rows_text(&names, i, 0));
    fprintf(stderr, "traincast export: error: there is no view '%s'", text_shown(view, shown));
    if (nearest.best)
        fprintf(stderr, "; did you mean '%s'?\n", nearest.best);
    else
        fprintf(stderr, " (`traincast describe db` lists them; wide: runs with a column for "
                        "each setting that differs; all)\n");
    rows_done(&names);
    return false;
}

static bool is_view(struct results *results, const char *view)
{
    const struct results_param params[] = {{.name = "view", .text = view}, {0}};
    struct text found = {0};
    bool yes;

    results_query(results,
                  "SELECT name FROM sqlite_master WHERE type = 'view' AND name = :view", params,
                  keep_text, &found, NULL);
    yes = found.length > 0;
    text_done(&found);
    return yes;
}

static bool export_view(struct results *results, const char *view, enum table_format format,
                        FILE *out, struct err *err)
{
    struct text sql = {0};
    bool ok = true;

    if (strcmp(view, "wide") == 0)
        ok = wide_sql(results, &sql, err);
    else
        text_add(&sql, "SELECT * FROM %s", view);
    ok = ok && print_rows(results, sql.chars, format, out, err);
    text_done(&sql);
    return ok;
}

/* -- where it goes ---------------------------------------------------------------------------
 */
static FILE *open_out(const char *path, struct err *err)
{
    FILE *out = path ? fopen(path, "w") : stdout;

    if (!out)
        err_set(err, "%s: %s", path, strerror(errno));
    return out;
}

static bool close_out(FILE *out, const char *path, struct err *err)
{
    bool failed = ferror(out) != 0;

    if (!path)
        return true; /* standard output is looked at in the end */
    if (fclose(out) != 0 || failed)
        return err_set(err, "%s: %s", path, strerror(errno));
    return true;
}

static bool export_to(struct results *results, const char *view, enum table_format format,
                      const char *path, struct err *err)
{
    FILE *out = open_out(path, err);
    bool ok = out && export_view(results, view, format, out, err);

    return out && close_out(out, path, err) && ok;
}

/* Every view in a file of its own. */
static bool export_all(struct results *results, enum table_format format, const char *directory,
                       struct err *err)
{
    struct rows names = {0};
    bool ok = results_query(results, views_sql, NULL, rows_add, &names, err);

    if (ok && mkdir(directory, 0777) != 0 && errno != EEXIST)
        ok = err_set(err, "%s: %s", directory, strerror(errno));
    for (size_t i = 0; ok && i < names.count; i++) {
        char *path = memory_format("%s/%s.%s", directory, rows_text(&names, i, 0),
                                   format == TABLE_FORMAT_JSON ? "json" : "csv");

        ok = export_to(results, rows_text(&names, i, 0), format, path, err);
        free(path);
    }
    rows_done(&names);
    return ok;
}

/* -- timelines -------------------------------------------------------------------------------
 */
static bool find_run(struct results *results, const char *typed, int64_t *ret_run_id,
                     struct err *err)
{
    const struct results_param params[] = {
        {.name = "run", .text = typed ? typed : "none", .typed = true}, {0}};
    struct text found = {0};
    bool ok = results_query(results,
                            "SELECT max(run_id) FROM runs WHERE :run IS NULL OR run_id = :run",
                            params, keep_text, &found, err);

    if (ok && !found.length)
        ok = err_set(err, typed ? "there is no run %s" : "there are no runs", typed);
    else if (ok)
        *ret_run_id = strtoll(found.chars, NULL, 10);
    text_done(&found);
    return ok;
}

static bool export_timeline(struct results *results, const char *format,
                            const struct command_options *options, struct err *err)
{
    int64_t run_id = 0;
    FILE *out;
    bool ok;

    if (!find_run(results, options->run, &run_id, err))
        return false;
    out = open_out(options->out, err);
    if (!out)
        return false;
    ok = (strcmp(format, "trace") == 0 ? timeline_trace : timeline_paje)(results, run_id, out,
                                                                         err);
    return close_out(out, options->out, err) && ok;
}

/* -- the command -----------------------------------------------------------------------------
 */
static bool export(struct results *results, const char *view, const char *format,
                   const struct command_options *options, struct err *err)
{
    enum table_format form = TABLE_FORMAT_CSV;

    if (!results_choose(results, options->campaign, options->where, err))
        return false;
    if (strcmp(format, "trace") == 0 || strcmp(format, "paje") == 0)
        return export_timeline(results, format, options, err);
    table_format_of(format, &form);
    if (strcmp(view, "all") == 0)
        return export_all(results, form, options->out, err);
    return export_to(results, view, form, options->out, err);
}

static bool check(struct results *results, const char *view, const char *format,
                  const struct command_options *options)
{
    enum table_format form;
    bool timeline = strcmp(format, "trace") == 0 || strcmp(format, "paje") == 0;

    if (!timeline && !table_format_of(format, &form))
        asking_refuse("export", "--format is csv, json, latex, markdown, trace or paje");
    else if (!timeline && strcmp(view, "all") == 0 && !options->out)
        asking_refuse("export", "--out DIR says where the files of all views go");
    else if (!timeline && strcmp(view, "all") != 0 && strcmp(view, "wide") != 0 &&
             !is_view(results, view))
        say_no_view(results, view);
    else
        return true;
    return false;
}

static int run(const struct command_options *options, const char *const *arguments)
{
    const char *view = arguments[1] ? arguments[1] : "runs";
    const char *format = options->format ? options->format : "csv";
    struct results *results = NULL;
    struct err err = {""};
    int code = (int)asking_open("export", arguments[0], &results);

    if (code != EXIT_CODE_DONE)
        return code;
    code = EXIT_CODE_BAD_INPUT;
    if (check(results, view, format, options)) {
        if (export(results, view, format, options, &err))
            code = EXIT_CODE_DONE;
        else
            asking_refuse("export", err.text);
    }
    results_close(results);
    return code;
}

const struct command command_export = {
    .name = "export",
    .arguments = "DB [VIEW | wide | all]",
    .summary = "Write views of a results database as csv or JSON, or a run as a timeline",
    .doc =
        "Without a view it is runs; wide is runs with a column for each setting that differs; "
        "all writes every view into the directory --out. --format trace writes one run for "
        "ui.perfetto.dev, --format paje for Vite and PajeNG.",
    .table = table,
    .argument_min = 1,
    .argument_max = 2,
    .run = run,
};
