/* SPDX-License-Identifier: MIT
 * asking.h -- what the commands that read a database share: opening it, and which of the
 * questions in analysis/ is meant. */
#ifndef TRAINCAST_SIM_COMMAND_ASKING_H
#define TRAINCAST_SIM_COMMAND_ASKING_H

#include "sim/answer/question.h"
#include "sim/command/command.h"

/* The options that say which runs are meant. */
#define COMMAND_CHOICE_OPTIONS(options_)                                                       \
    {"where",                                                                                  \
     'w',                                                                                      \
     POPT_ARG_STRING,                                                                          \
     &(options_)->where,                                                                       \
     0,                                                                                        \
     "Only these runs: SQL over columns of runs and settings, as \"memory >= '2 GB'\"",        \
     "CONDITION"},                                                                             \
    {                                                                                          \
        "campaign", 'c', POPT_ARG_STRING, &(options_)->campaign, 0,                            \
            "Only the runs of this campaign", "NAME"                                           \
    }
/* ... and what is asked about them. */
#define COMMAND_QUESTION_OPTIONS(options_)                                                     \
    COMMAND_CHOICE_OPTIONS(options_), {"param",                                                \
                                       'p',                                                    \
                                       POPT_ARG_ARGV,                                          \
                                       &(options_)->param,                                     \
                                       0,                                                      \
                                       "Set a parameter of the question",                      \
                                       "NAME=VALUE"},                                          \
        {"measure",                                                                            \
         'm',                                                                                  \
         POPT_ARG_STRING,                                                                      \
         &(options_)->measure,                                                                 \
         0,                                                                                    \
         "Short for --param measure=...",                                                      \
         "COLUMN"},                                                                            \
    {                                                                                          \
        "by", 'b', POPT_ARG_STRING, &(options_)->by, 0,                                        \
            "Tell runs apart by these columns and settings (what differs between them)",       \
            "NAMES"                                                                            \
    }

/* Opens DB to read it; otherwise says why not and gives the code to exit with. */
enum exit_code asking_open(const char *command, const char *db, struct results **ret_results);
/* Says that the user's question cannot be answered: EXIT_CODE_BAD_INPUT. */
enum exit_code asking_refuse(const char *command, const char *why);

/* A word beside the answer, on stderr; none when text is empty. */
void asking_note(const char *command, const struct text *text);

/* The question that typed means: a name, an .sql file, or, where sql is allowed, a statement.
 */
struct asked {
    struct question_list list;
    struct question own; /* a file's or a statement's */
    const struct question *question;
    struct ask ask;
    char **given;
};
/* False when there is no such question; said on stderr. */
bool asked_find(struct asked *ret_asked, const char *command, const char *typed, bool sql,
                const struct command_options *options);
void asked_done(struct asked *asked);

#endif
