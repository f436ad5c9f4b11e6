/* SPDX-License-Identifier: MIT
 * query.c -- `traincast query`: questions to a results database, by name or in SQL. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/answer/table.h"
#include "sim/command/asking.h"

static const struct poptOption *table(struct command_options *options)
{
    static struct poptOption rows[11];
    const struct poptOption all[] = {
        COMMAND_QUESTION_OPTIONS(options),
        {"format", 'f', POPT_ARG_STRING, &options->format, 0, TABLE_FORMAT_NAMES, "FORM"},
        {"json", '\0', POPT_ARG_NONE, &options->json, 0, "Short for --format json", NULL},
        {"limit", '\0', POPT_ARG_INT, &options->limit, 0, "So many rows at most", "N"},
        {"all", '\0', POPT_ARG_NONE, &options->all, 0,
         "All rows (csv and json have them without it)", NULL},
        POPT_TABLEEND,
    };

    _Static_assert(sizeof all <= sizeof rows, "the table grew");
    memcpy(rows, all, sizeof all);
    return rows;
}

/* -- what can be asked -----------------------------------------------------------------------
 */
static void print_list(const struct question_list *list)
{
    printf("Questions that have a name (`traincast query NAME` says more):\n");
    for (size_t i = 0; i < list->count; i++)
        printf("  %-16s %s%s\n", list->question[i].name, list->question[i].summary,
               list->question[i].draw ? " *" : "");
    printf("  * can be drawn: traincast plot DB NAME --out figure.svg\n"
           "Or any SQL that reads: traincast query DB \"SELECT ... FROM runs\" (the views: "
           "`traincast describe db`).\n");
}

static void print_question(const struct question *question)
{
    printf("%s\n", question->summary);
    if (*question->doc)
        printf("\n%s\n", question->doc);
    if (question->params)
        printf("\nparameters (--param NAME=VALUE)\n");
    for (size_t i = 0; i < question->params; i++) {
        const struct question_param *param = &question->param[i];

        printf("  %-12s %-14s %s\n", param->name, param->preset ? param->preset : "required",
               param->doc);
    }
    if (question->draw)
        printf("\ndrawn as %s: traincast plot DB %s --out figure.svg\n", question->draw,
               question->name);
    printf("\n%s", question->sql);
}

/* No database: what can be asked, or what one question means. */
static int explain(const char *typed)
{
    struct question_list list = {0};
    struct nearest nearest = {.word = typed ? typed : ""};
    const struct question *question;
    struct err err = {""};
    int code = EXIT_CODE_DONE;

    if (!question_list_read(&list, command_analysis_dir(), &err)) {
        fprintf(stderr, "traincast: error: %s\n", err.text);
        return EXIT_CODE_MACHINE;
    }
    question = typed ? question_find(&list, typed) : NULL;
    for (size_t i = 0; i < list.count; i++)
        nearest_try(&nearest, list.question[i].name);
    if (question)
        print_question(question);
    else if (!typed)
        print_list(&list);
    else {
        fprintf(stderr, "traincast query: error: '%s' is neither a database nor a question",
                typed);
        fprintf(stderr, nearest.best ? "; did you mean '%s'?\n" : "\n", nearest.best);
        code = EXIT_CODE_BAD_INPUT;
    }
    question_list_done(&list);
    return code;
}

/* -- an answer -------------------------------------------------------------------------------
 */
struct shown {
    struct table table;
    size_t rows, most; /* there are; shown, 0: all */
};

static void print_names(void *arg, const struct results_cell *cell, int columns)
{
    struct shown *shown = arg;

    table_names(&shown->table, cell, columns);
}

static void show_row(void *arg, const struct results_cell *cell, int columns)
{
    struct shown *shown = arg;

    if (shown->rows++ < shown->most || !shown->most)
        table_row(&shown->table, cell, columns);
}

/* What the rows do not say themselves, on stderr. */
static void explain_rows(const struct shown *shown, const struct question *question,
                         const struct answer *answer)
{
    struct text note = {0};

    if (!shown->rows)
        answer_explain_empty(answer->results, question, &note);
    else if (shown->most && shown->rows > shown->most)
        text_add(&note, "%zu of %zu rows (more with --all or --limit N)",
                 shown->most, shown->rows);
    else
        answer_explain_runs(answer->results, answer, &note);
    fflush(stdout);
    asking_note("query", &note);
    text_done(&note);
}

static bool print_answer(const struct answer *answer, const struct question *question,
                         const struct command_options *options, enum table_format format,
                         struct err *err)
{
    struct shown shown = {.most = (size_t)options->limit};
    bool ok;

    if (!shown.most && !options->all && format == TABLE_FORMAT_TABLE)
        shown.most = question->show;
    if (!results_check(answer->results, answer->sql.chars, answer->params, err))
        return false;
    table_begin(&shown.table, format, stdout);
    ok = results_query_names(answer->results, answer->sql.chars, print_names, &shown, err) &&
         results_query(answer->results, answer->sql.chars, answer->params, show_row, &shown,
                       err);
    table_end(&shown.table);
    if (ok)
        explain_rows(&shown, question, answer);
    return ok;
}

static void refuse(const char *what, const char *why)
{
    struct text text = {0};

    text_add(&text, "%s%s", what, why);
    asking_refuse("query", text.chars);
    text_done(&text);
}

static int ask(const char *db, const char *typed, const struct command_options *options,
               enum table_format format)
{
    struct asked asked = {0};
    struct answer answer = {0};
    struct results *results = NULL;
    struct err err = {""};
    int code = (int)asking_open("query", db, &results);

    if (code != EXIT_CODE_DONE)
        return code;
    code = EXIT_CODE_BAD_INPUT;
    if (asked_find(&asked, "query", typed, true, options)) {
        if (answer_prepare(&answer, results, asked.question, &asked.ask, &err) &&
            print_answer(&answer, asked.question, options, format, &err))
            code = EXIT_CODE_DONE;
        else
            refuse(asked.question == &asked.own ? "the statement is refused: " : "", err.text);
    }
    answer_done(&answer);
    asked_done(&asked);
    results_close(results);
    return code;
}

static int run(const struct command_options *options, const char *const *arguments)
{
    enum table_format format = options->json ? TABLE_FORMAT_JSON : TABLE_FORMAT_TABLE;

    if (options->format && !table_format_of(options->format, &format))
        return (int)asking_refuse("query", "--format is " TABLE_FORMAT_NAMES);
    if (options->limit < 0 || (options->limit && options->all))
        return (int)asking_refuse("query", "--limit N is at least 1, and goes without --all");
    if (!arguments[0] || (!arguments[1] && access(arguments[0], F_OK) != 0))
        return explain(arguments[0]);
    if (arguments[1])
        return ask(arguments[0], arguments[1], options, format);
    return ask(arguments[0], "campaigns", options, format);
}

const struct command command_query = {
    .name = "query",
    .arguments = "DB [NAME | \"SQL\" | FILE.sql] | [NAME]",
    .summary = "Ask a results database: a question that has a name, or any SQL that reads",
    .doc =
        "Without a database it lists the questions, or explains one. With a database alone it "
        "says what is in it. Nothing is ever written: a statement that would is refused. "
        "Settings can be used like columns in conditions, by their key or as much of its end "
        "as no other key has, with units in quotes: --where \"memory >= '2 GB'\".",
    .table = table,
    .argument_min = 0,
    .argument_max = 2,
    .run = run,
};
