/* SPDX-License-Identifier: MIT
 * question.c -- see question.h. */
#include "sim/answer/question.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/answer/interval.h"

/* -- the head of a file ----------------------------------------------------------------------
 */
static char *piece(const char *from, size_t length)
{
    while (length > 0 && isspace((unsigned char)from[length - 1]))
        length--;
    return memory_format("%.*s", (int)length, from);
}

static const char *after_spaces(const char *text)
{
    return text + strspn(text, " \t");
}

/* ":loss = none   words" or "{measure} = sim_time_s   words"; two spaces end a preset. */
static bool read_param(struct question *question, const char *line)
{
    bool is_expression = *line == '{';
    size_t name = strspn(line + 1, "abcdefghijklmnopqrstuvwxyz_0123456789");
    const char *rest = line + 1 + name;
    struct question_param param = {.is_expression = is_expression};

    if (name == 0 || (is_expression && *rest++ != '}'))
        return false;
    param.name = piece(line + 1, name);
    rest = after_spaces(rest);
    if (*rest == '=') {
        const char *end = strstr(rest = after_spaces(rest + 1), "  ");
        size_t length = end ? (size_t)(end - rest) : strlen(rest);

        param.preset = piece(rest, length);
        rest += length;
    }
    param.doc = memory_text(after_spaces(rest));
    ROOM_FOR_ONE(question->param, question->params, question->capacity);
    question->param[question->params++] = param;
    return true;
}

static void replace(char **text, const char *by)
{
    free(*text);
    *text = memory_text(after_spaces(by));
}

static void read_line(struct question *question, struct text *doc, const char *line)
{
    const char *text = after_spaces(line);

    if (!*question->summary) {
        replace(&question->summary, text);
    } else if (strncmp(text, "draw:", 5) == 0) {
        replace(&question->draw, text + 5);
    } else if (strncmp(text, "log:", 4) == 0) {
        replace(&question->log, text + 4);
    } else if (strncmp(text, "empty:", 6) == 0) {
        replace(&question->empty, text + 6);
    } else if (strncmp(text, "show:", 5) == 0) {
        question->show = strtoul(text + 5, NULL, 10);
    } else if ((*text != ':' && *text != '{') || !read_param(question, text)) {
        if (*text || doc->length)
            text_add(doc, "%s\n", line + (*line == ' '));
    }
}

/* Returns where the SQL begins. */
static const char *read_head(struct question *question, const char *text, struct text *doc)
{
    while (strncmp(text, "--", 2) == 0) {
        size_t length = strcspn(text, "\n");
        char *line = piece(text + 2, length - 2);

        read_line(question, doc, line);
        free(line);
        text += length + (text[length] == '\n');
    }
    return text;
}

static bool read_text(const char *path, struct text *out, struct err *err)
{
    FILE *file = fopen(path, "r");
    char buffer[4096];
    size_t size;
    bool ok;

    if (!file)
        return err_set(err, "%s: %s", path, strerror(errno));
    while ((size = fread(buffer, 1, sizeof buffer, file)) > 0)
        text_add_bytes(out, buffer, size);
    ok = !ferror(file) || err_set(err, "%s: %s", path, strerror(errno));
    fclose(file);
    return ok;
}

bool question_read(struct question *ret_question, const char *path, struct err *err)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    struct text text = {0}, doc = {0};
    struct question *question = ret_question;

    if (!read_text(path, &text, err)) {
        text_done(&text);
        return false;
    }
    *question = (struct question){
        .name = piece(base, dot ? (size_t)(dot - base) : strlen(base)),
        .summary = memory_text(""),
        .log = memory_text(""),
    };
    question->sql = memory_text(read_head(question, text.chars ? text.chars : "", &doc));
    while (doc.length && doc.chars[doc.length - 1] == '\n')
        doc.chars[--doc.length] = '\0';
    question->doc = memory_text(doc.chars ? doc.chars : "");
    text_done(&doc);
    text_done(&text);
    return true;
}

void question_done(struct question *question)
{
    for (size_t i = 0; i < question->params; i++) {
        free(question->param[i].name);
        free(question->param[i].preset);
        free(question->param[i].doc);
    }
    free(question->param);
    free(question->name);
    free(question->summary);
    free(question->doc);
    free(question->sql);
    free(question->draw);
    free(question->log);
    free(question->empty);
    *question = (struct question){0};
}

/* -- all of them -----------------------------------------------------------------------------
 */
static int is_sql(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return length > 4 && strcmp(entry->d_name + length - 4, ".sql") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

bool question_list_read(struct question_list *list, const char *directory, struct err *err)
{
    struct dirent **entry;
    int count = scandir(directory, &entry, is_sql, by_bytes);
    bool ok = true;

    if (count < 0)
        return err_set(err, "the questions are not there: %s: %s", directory, strerror(errno));
    for (int i = 0; i < count; i++) {
        char *path = memory_format("%s/%s", directory, entry[i]->d_name);

        ROOM_FOR_ONE(list->question, list->count, list->capacity);
        if (ok && (ok = question_read(&list->question[list->count], path, err)))
            list->count++;
        free(path);
        free(entry[i]);
    }
    free(entry);
    return ok;
}

void question_list_done(struct question_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        question_done(&list->question[i]);
    free(list->question);
    *list = (struct question_list){0};
}

const struct question *question_find(const struct question_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->question[i].name, name) == 0)
            return &list->question[i];
    return NULL;
}

/* -- parameters ------------------------------------------------------------------------------
 */
static const struct question_param *find_param(const struct question *question,
                                               const char *given, size_t length)
{
    for (size_t i = 0; i < question->params; i++)
        if (strlen(question->param[i].name) == length &&
            strncmp(question->param[i].name, given, length) == 0)
            return &question->param[i];
    return NULL;
}

static bool check_given(const struct question *question, const char *const *given,
                        struct err *err)
{
    for (; given && *given; given++) {
        size_t length = strcspn(*given, "=");
        struct text names = {0};

        if (!(*given)[length])
            return err_set(err, "--param is NAME=VALUE, not '%s'", *given);
        if (find_param(question, *given, length))
            continue;
        for (size_t i = 0; i < question->params; i++)
            text_add(&names, "%s%s", i ? ", " : "", question->param[i].name);
        err_set(err, "'%s' has no parameter '%.*s'; it has %s", question->name, (int)length,
                *given, names.chars ? names.chars : "none");
        text_done(&names);
        return false;
    }
    return true;
}

/* The last one given wins. */
static const char *value_of(const struct question_param *param, const char *const *given)
{
    const char *value = param->preset;
    size_t length = strlen(param->name);

    for (; given && *given; given++)
        if (strncmp(*given, param->name, length) == 0 && (*given)[length] == '=')
            value = *given + length + 1;
    return value;
}

static bool is_number(const char *text)
{
    char *end;

    strtod(text, &end);
    return strcmp(text, "none") == 0 || (*text && !*end);
}

/* Where the preset is a number, or none, another text would be compared as such: with nothing
 * in common with a number, and no word about it. */
static bool is_like_preset(const struct question_param *param, const char *value)
{
    return param->is_expression || !param->preset || !is_number(param->preset) ||
           is_number(value);
}

static bool fill_params(struct answer *answer, const struct question *question,
                        const char *const *given, struct err *err)
{
    answer->params = NEW_ARRAY(struct results_param, question->params + 1);
    answer->value = NEW_ARRAY(char *, question->params + 1);
    for (size_t i = 0; i < question->params; i++) {
        const struct question_param *param = &question->param[i];
        const char *value = value_of(param, given);

        if (!value)
            return err_set(err, "'%s' needs --param %s=...: %s", question->name, param->name,
                           param->doc);
        if (!is_like_preset(param, value))
            return err_set(err, "'%s' must be a number or none, not '%s': %s", param->name,
                           value, param->doc);
        answer->value[i] = memory_text(value);
        answer->params[i] = (struct results_param){
            .name = param->name, .text = answer->value[i], .typed = true};
    }
    return true;
}

/* -- the SQL ---------------------------------------------------------------------------------
 */

/* "rounds.{x}" asks for a column of that view. */
static bool is_of_view(const struct answer *answer, const char *value, struct err *err)
{
    size_t end = answer->sql.length - 1, start = end;
    const char *sql = answer->sql.chars;
    char *view;
    bool ok;

    while (start > 0 && (isalnum((unsigned char)sql[start - 1]) || sql[start - 1] == '_'))
        start--;
    view = memory_format("%.*s", (int)(end - start), sql + start);
    ok = results_has_column(view, value, err);
    free(view);
    return ok;
}

static bool add_expression(struct answer *answer, const char *value, bool quoted,
                           struct err *err)
{
    if (answer->sql.length && answer->sql.chars[answer->sql.length - 1] == '.' &&
        !is_of_view(answer, value, err))
        return false;
    if (quoted || results_is_column(value)) {
        for (; *value; value++)
            text_add(&answer->sql, quoted && *value == '"' ? "\"\"" : "%c", *value);
        return true;
    }
    text_add(&answer->sql, "(");
    if (!results_expand(answer->results, value, &answer->sql, err))
        return false;
    text_add(&answer->sql, ")");
    return true;
}

static bool fill_sql(struct answer *answer, const struct question *question, struct err *err)
{
    for (const char *p = question->sql; *p; p++) {
        size_t length = *p == '{' ? strcspn(p, "}") : 0;
        const struct question_param *param =
            length > 1 ? find_param(question, p + 1, length - 1) : NULL;

        if (!param) {
            text_add(&answer->sql, "%c", *p);
            continue;
        }
        if (!add_expression(answer, answer->value[param - question->param],
                            p > question->sql && strchr("'\"", p[-1]), err))
            return false;
        p += length;
    }
    return true;
}

/* ci95(standard deviation, count): half the width of the interval of a mean. */
static double ci95(const double *argument)
{
    return interval_student(argument[1] - 1) * argument[0] / __builtin_sqrt(argument[1]);
}

bool answer_prepare(struct answer *ret_answer, struct results *results,
                    const struct question *question, const struct ask *ask, struct err *err)
{
    struct answer *answer = ret_answer;

    *answer = (struct answer){.results = results};
    return check_given(question, ask->given, err) &&
           results_choose(results, ask->campaign, ask->where, err) &&
           results_add_function(results, "ci95", 2, ci95, err) &&
           fill_params(answer, question, ask->given, err) && fill_sql(answer, question, err) &&
           ((!strstr(answer->sql.chars, "labels") && !strstr(answer->sql.chars, "settings")) ||
            results_make_labels(results, ask->by, err));
}

void answer_done(struct answer *answer)
{
    text_done(&answer->sql);
    for (size_t i = 0; answer->value && answer->value[i]; i++)
        free(answer->value[i]);
    free(answer->value);
    free(answer->params);
    *answer = (struct answer){0};
}

/* -- in words --------------------------------------------------------------------------------
 */
static void keep_count(void *arg, const struct results_cell *cell, int columns)
{
    (void)columns;
    *(int64_t *)arg = (int64_t)cell->number;
}

static int64_t chosen_runs(struct results *results)
{
    int64_t runs = 0;
    struct err ignored = {""};

    results_query(results, "SELECT count(*) FROM runs", NULL, keep_count, &runs, &ignored);
    return runs;
}

void answer_explain_empty(struct results *results, const struct question *question,
                          struct text *out)
{
    if (chosen_runs(results) == 0)
        text_add(out, "there are no runs that --where and --campaign choose");
    else if (question->empty)
        text_add(out, "%s", question->empty);
}

void answer_explain_runs(struct results *results, const struct answer *answer, struct text *out)
{
    const struct results_param *param = answer->params;
    int64_t runs;

    while (param->name && strcmp(param->name, "runs") != 0)
        param++;
    if (!param->name)
        return;
    runs = chosen_runs(results);
    if (strtoll(param->text, NULL, 10) < runs)
        text_add(out, "the last %s of %lld chosen runs; for all: --param runs=%lld",
                 param->text, (long long)runs, (long long)runs);
}
