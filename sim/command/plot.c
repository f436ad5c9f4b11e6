/* SPDX-License-Identifier: MIT
 * plot.c -- `traincast plot`: a question whose answer is a figure. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/answer/drawing/drawing.h"
#include "sim/answer/gnuplot.h"
#include "sim/command/asking.h"

enum { WIDTH = 760, HEIGHT = 460, SMALLEST = 100, LARGEST = 10000 };

static const struct poptOption *table(struct command_options *options)
{
    static struct poptOption rows[12];
    const struct poptOption all[] = {
        {"out", 'o', POPT_ARG_STRING, &options->out, 0, "The figure: .svg, .pdf or .png",
         "FILE"},
        {"data", 'd', POPT_ARG_STRING, &options->csv, 0,
         "The numbers that are drawn, as csv (needs no gnuplot)", "FILE"},
        COMMAND_QUESTION_OPTIONS(options),
        {"log", '\0', POPT_ARG_STRING, &options->log, 0,
         "Logarithmic axes: x, y, xy or none (by the numbers)", "AXES"},
        {"title", '\0', POPT_ARG_STRING, &options->title, 0, "Stands above the figure", "TEXT"},
        {"size", '\0', POPT_ARG_STRING, &options->size, 0,
         "Pixels of 1/96 inch, as 760x460; a PDF is as large as they say", "WxH"},
        POPT_TABLEEND,
    };

    _Static_assert(sizeof all <= sizeof rows, "the table grew");
    memcpy(rows, all, sizeof all);
    return rows;
}

static bool check(const struct command_options *options)
{
    if (!options->out && !options->csv)
        asking_refuse("plot", "--out FILE says where the figure goes (.svg, .pdf or .png), "
                              "--data FILE the numbers");
    else if (options->out && !gnuplot_can_draw(options->out))
        asking_refuse("plot", "--out ends in .svg, .pdf or .png");
    else if (options->log && strcmp(options->log, "none") != 0 &&
             options->log[strspn(options->log, "xy")])
        asking_refuse("plot", "--log is x, y, xy or none");
    else
        return true;
    return false;
}

static bool read_size(const char *size, struct drawing *drawing)
{
    char *end;
    long width, height;

    drawing->width = WIDTH;
    drawing->height = HEIGHT;
    if (!size)
        return true;
    width = strtol(size, &end, 10);
    height = *end == 'x' ? strtol(end + 1, &end, 10) : 0;
    if (*end || width < SMALLEST || width > LARGEST || height < SMALLEST || height > LARGEST) {
        asking_refuse("plot", "--size is WIDTHxHEIGHT in pixels, as 760x460");
        return false;
    }
    drawing->width = (int)width;
    drawing->height = (int)height;
    drawing->size_given = true;
    return true;
}

/* -- the figure ------------------------------------------------------------------------------
 */
static bool write_file(const char *path, const struct text *text, struct err *err)
{
    FILE *out = fopen(path, "w");
    bool failed;

    if (!out)
        return err_set(err, "cannot write %s: %s", path, strerror(errno));
    failed = fwrite(text->chars, 1, text->length, out) != text->length;
    if (fclose(out) != 0 || failed)
        return err_set(err, "cannot write %s: %s", path, strerror(errno));
    return true;
}

static bool draw(const struct drawing *drawing, const char *path, struct err *err)
{
    struct gnuplot_size size = {drawing->width, drawing->height};
    struct text script = {0};
    bool ok = gnuplot_begin(&script, path, size, err);

    text_add_bytes(&script, drawing->script.chars, drawing->script.length);
    text_add(&script, "unset output\n");
    ok = ok && gnuplot_run(&script, path, err);
    text_done(&script);
    return ok;
}

static enum exit_code write_figure(const struct question *question, const struct rows *rows,
                                   const struct command_options *options)
{
    const struct drawing_kind *kind = drawing_find(question->draw);
    const char *log = options->log ? options->log : *question->log ? question->log : NULL;
    struct drawing drawing = {.rows = rows, .title = options->title, .log_given = log != NULL};
    struct err err = {""};
    enum exit_code code = EXIT_CODE_BAD_INPUT;

    drawing.log_x = log && strchr(log, 'x');
    drawing.log_y = log && strchr(log, 'y');
    if (!read_size(options->size, &drawing))
        return code;
    if (!kind)
        err_set(&err, "'%s' is drawn as '%s', which is no drawing", question->name,
                question->draw);
    if (!kind || !drawing_draw(kind, &drawing, &err)) {
        asking_refuse("plot", err.text);
    } else if ((options->csv && !write_file(options->csv, &drawing.data, &err)) ||
               (options->out && !draw(&drawing, options->out, &err))) {
        fprintf(stderr, "traincast plot: error: %s\n", err.text);
        code = EXIT_CODE_MACHINE;
    } else {
        code = EXIT_CODE_DONE;
        asking_note("plot", &drawing.note);
    }
    drawing_done(&drawing);
    return code;
}

/* Memory in the largest unit in which every value is whole ("memory" -> "memory_gb"). */
static void scale_memory(struct results *results, struct rows *rows)
{
    for (int i = 0; i < rows->columns; i++) {
        enum dimension dimension = DIMENSION_NONE;

        if (results_is_column(rows->name[i]) || !rows_are_numbers(rows, i))
            continue;
        if (results_setting_dimension(results, rows->name[i], &dimension) &&
            (dimension == DIMENSION_MEMORY || dimension == DIMENSION_BYTES))
            rows_scale_bytes(rows, i, dimension == DIMENSION_MEMORY ? 1024 : 1000);
    }
}

/* -- the command -----------------------------------------------------------------------------
 */
static enum exit_code plot(struct results *results, const struct asked *asked,
                           const struct command_options *options)
{
    struct answer answer = {0};
    struct rows rows = {0};
    struct err err = {""};
    enum exit_code code = EXIT_CODE_BAD_INPUT;

    if (!asked->question->draw)
        err_set(&err, "'%s' is not drawn, only answered (`traincast query` marks what is)",
                asked->question->name);
    else if (answer_prepare(&answer, results, asked->question, &asked->ask, &err) &&
             results_query(results, answer.sql.chars, answer.params, rows_add, &rows, &err)) {
        struct text note = {0};

        if (rows.count) {
            scale_memory(results, &rows);
            code = write_figure(asked->question, &rows, options);
            answer_explain_runs(results, &answer, &note);
            asking_note("plot", &note);
        } else {
            answer_explain_empty(results, asked->question, &note);
            err_set(&err, "there is nothing to draw as '%s': %s", asked->question->name,
                    note.length ? note.chars : "no chosen run has an answer");
        }
        text_done(&note);
    }
    if (*err.text)
        asking_refuse("plot", err.text);
    rows_done(&rows);
    answer_done(&answer);
    return code;
}

static int run(const struct command_options *options, const char *const *arguments)
{
    struct asked asked = {0};
    struct results *results = NULL;
    enum exit_code code = EXIT_CODE_BAD_INPUT;

    if (!check(options))
        return (int)code;
    code = asking_open("plot", arguments[0], &results);
    if (code != EXIT_CODE_DONE)
        return (int)code;
    code = EXIT_CODE_BAD_INPUT;
    if (asked_find(&asked, "plot", arguments[1], false, options))
        code = plot(results, &asked, options);
    asked_done(&asked);
    results_close(results);
    return (int)code;
}

const struct command command_plot = {
    .name = "plot",
    .arguments = "DB NAME | DB FILE.sql",
    .summary = "Draw the answer to a question as a figure for paper or screen",
    .doc =
        "`traincast query` marks the questions that can be drawn. Replications become means "
        "with 95 % confidence; colours, dashes and markers can be told apart by the "
        "colour-blind and in print. Drawn by gnuplot (in Debian: gnuplot-nox); the numbers are "
        "there without it, with --data.",
    .table = table,
    .argument_min = 2,
    .argument_max = 2,
    .run = run,
};
