/* SPDX-License-Identifier: MIT
 * question.h -- questions that have a name: one SQL file each, found when they are asked.
 *
 * The comment at the file's head is the documentation and the list of parameters:
 *     -- Which runs does no other beat in both time and money?       the question, one sentence
 *     --
 *     -- More words, as many lines as it takes.
 *     -- :loss = none     only runs that reach this training loss    a value: number, text,
 * none
 *     -- {measure} = sim_time_s   a column of runs                   a column, setting,
 * expression
 *     -- draw: curves     how `traincast plot` draws the answer (drawing.h)
 *     -- log: xy          axes that are logarithmic
 *     -- show: 50         so many rows of a table for people, unless more are asked for
 *     -- empty: no run ... what it means that there are no rows
 * Without "= PRESET" a parameter must be given.  In the SQL `:loss` stands for the value and
 * `{measure}` for the expression, in which settings are named as in choose.h; within double
 * quotes it stands for what was typed, so that a column can be called by it.  Temporary tables
 * settings and labels (choose.h) are there for every question that names them. */
#ifndef TRAINCAST_SIM_ANSWER_QUESTION_H
#define TRAINCAST_SIM_ANSWER_QUESTION_H

#include "base/text.h"
#include "sim/results/choose.h"

struct question_param {
    char *name;
    char *preset; /* NULL: it must be given */
    char *doc;
    bool is_expression;
};
struct question {
    char *name;
    char *summary; /* the sentence */
    char *doc;     /* lines; "" */
    char *sql;     /* without the head */
    char *draw;    /* NULL: not drawn */
    char *log;     /* "", "x", "y" or "xy" */
    char *empty;   /* a clause; NULL: nothing is known */
    size_t show;   /* rows; 0: all */
    struct question_param *param;
    size_t params, capacity;
};
struct question_list {
    struct question *question; /* by name */
    size_t count, capacity;
};

/* Every .sql in the directory. */
bool question_list_read(struct question_list *list, const char *directory, struct err *err);
void question_list_done(struct question_list *list);
const struct question *question_find(const struct question_list *list, const char *name);
bool question_read(struct question *ret_question, const char *path, struct err *err);
void question_done(struct question *question);

/* What is asked: which runs, and the question with its parameters filled in. */
struct ask {
    const char *campaign, *where, *by; /* choose.h; may be NULL */
    const char *const *given;          /* "name=value", ends in NULL; may be NULL */
};
struct answer {
    struct results *results;      /* borrowed */
    struct text sql;              /* what SQLite is asked */
    struct results_param *params; /* ends in {0} */
    char **value;                 /* of the params */
};
/* Makes everything ready but asks nothing yet.  err: the user's mistake, or SQLite's. */
bool answer_prepare(struct answer *ret_answer, struct results *results,
                    const struct question *question, const struct ask *ask, struct err *err);
void answer_done(struct answer *answer);
/* In words, to be added to *out: why an answer may have no rows; "" where that is not known. */
void answer_explain_empty(struct results *results, const struct question *question,
                          struct text *out);
/* ... and which of the chosen runs an answer leaves out (parameter runs); "" where none. */
void answer_explain_runs(struct results *results, const struct answer *answer,
                         struct text *out);

#endif
