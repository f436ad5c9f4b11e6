/* SPDX-License-Identifier: MIT
 * asking.c -- see asking.h. */
#include "sim/command/asking.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

enum exit_code asking_refuse(const char *command, const char *why)
{
    fprintf(stderr, "traincast %s: error: %s\n", command, why);
    return EXIT_CODE_BAD_INPUT;
}

void asking_note(const char *command, const struct text *text)
{
    if (text->length)
        fprintf(stderr, "traincast %s: note: %s\n", command, text->chars);
}

enum exit_code asking_open(const char *command, const char *db, struct results **ret_results)
{
    struct err err = {""};

    if (access(db, R_OK) != 0) {
        err_set(&err, "%s cannot be read: %s", db, strerror(errno));
        return asking_refuse(command, err.text);
    }
    *ret_results = results_open_to_read(db, &err);
    if (*ret_results)
        return EXIT_CODE_DONE;
    fprintf(stderr, "traincast: error: %s\n", err.text);
    return EXIT_CODE_MACHINE;
}

/* -- which question --------------------------------------------------------------------------
 */

/* A statement's parameters are whatever was given. */
static void make_statement(struct asked *asked, const char *sql)
{
    struct question *question = &asked->own;

    *question = (struct question){
        .name = memory_text("the statement"),
        .summary = memory_text(""),
        .doc = memory_text(""),
        .log = memory_text(""),
        .sql = memory_text(sql),
    };
    for (char **given = asked->given; given && *given; given++) {
        size_t length = strcspn(*given, "=");

        if (!(*given)[length])
            continue;
        ROOM_FOR_ONE(question->param, question->params, question->capacity);
        question->param[question->params++] = (struct question_param){
            .name = memory_format("%.*s", (int)length, *given),
            .preset = memory_text(*given + length + 1),
            .doc = memory_text(""),
        };
    }
    asked->question = question;
}

static bool ends_in_sql(const char *typed)
{
    size_t length = strlen(typed);

    return length > 4 && strcmp(typed + length - 4, ".sql") == 0;
}

static void say_no_question(const struct asked *asked, const char *command, const char *typed)
{
    struct nearest nearest = {.word = typed};
    char shown[TEXT_SHOWN];

    for (size_t i = 0; i < asked->list.count; i++)
        nearest_try(&nearest, asked->list.question[i].name);
    fprintf(stderr, "traincast %s: error: there is no question '%s'", command,
            text_shown(typed, shown));
    if (nearest.best)
        fprintf(stderr, "; did you mean '%s'?\n", nearest.best);
    else
        fprintf(stderr, " (`traincast query` lists them)\n");
}

/* What was given as --param, then --measure. */
static char **join_given(const struct command_options *options)
{
    size_t count = 0;
    char **given;

    while (options->param && options->param[count])
        count++;
    given = NEW_ARRAY(char *, count + 2);
    for (size_t i = 0; i < count; i++)
        given[i] = memory_text(options->param[i]);
    if (options->measure)
        given[count] = memory_format("measure=%s", options->measure);
    return given;
}

bool asked_find(struct asked *ret_asked, const char *command, const char *typed, bool sql,
                const struct command_options *options)
{
    struct asked *asked = ret_asked;
    struct err err = {""};

    *asked = (struct asked){.given = join_given(options)};
    asked->ask = (struct ask){options->campaign, options->where, options->by,
                              (const char *const *)asked->given};
    if (!question_list_read(&asked->list, command_analysis_dir(), &err)) {
        fprintf(stderr, "traincast: error: %s\n", err.text);
        return false;
    }
    asked->question = question_find(&asked->list, typed);
    if (asked->question)
        return true;
    if (ends_in_sql(typed)) {
        if (!question_read(&asked->own, typed, &err)) {
            asking_refuse(command, err.text);
            return false;
        }
        asked->question = &asked->own;
    } else if (sql && strpbrk(typed, " \t\n;(")) {
        make_statement(asked, typed);
    } else {
        say_no_question(asked, command, typed);
    }
    return asked->question != NULL;
}

void asked_done(struct asked *asked)
{
    question_list_done(&asked->list);
    question_done(&asked->own);
    for (char **given = asked->given; given && *given; given++)
        free(*given);
    free(asked->given);
}
