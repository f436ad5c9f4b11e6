/* SPDX-License-Identifier: MIT
 * compare.c -- `traincast compare`: two runs side by side, or two groups of them.
 * Reads only. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "sim/command/command.h"
#include "sim/command/compare_groups.h"
#include "sim/command/comparison.h"

static const struct poptOption *table(struct command_options *options)
{
    static struct poptOption rows[7];
    const struct poptOption all[] = {
        {"all", '\0', POPT_ARG_NONE, &options->all, 0,
         "Also settings that only one of them has", NULL},
        {"measure", 'm', POPT_ARG_STRING, &options->measure, 0,
         "Of two groups: these columns of runs, or expressions over them and settings",
         "COLUMNS"},
        {"campaign", 'c', POPT_ARG_STRING, &options->campaign, 0,
         "Of two groups: only the runs of this campaign", "NAME"},
        {"unpaired", '\0', POPT_ARG_NONE, &options->unpaired, 0,
         "Of two groups: do not pair runs of a common seed", NULL},
        {"json", '\0', POPT_ARG_NONE, &options->json, 0, "Print one JSON object", NULL},
        POPT_TABLEEND,
    };

    _Static_assert(sizeof all <= sizeof rows, "the table grew");
    memcpy(rows, all, sizeof all);
    return rows;
}

/* -- which runs ------------------------------------------------------------------------- */
struct side {
    char *db;
    const char *run; /* as typed: a number, a name, or NULL: the last one */
    struct results *results;
    int64_t run_id;
};

/* "a.db:3" -> a.db and 3; a file whose name has a colon wins over that. */
static struct side side_of(const char *typed)
{
    const char *colon = strrchr(typed, ':');

    if (!colon || access(typed, F_OK) == 0)
        return (struct side){.db = memory_text(typed)};
    return (struct side){.db = memory_format("%.*s", (int)(colon - typed), typed),
                         .run = colon + 1};
}

static void keep_id(void *arg, const struct results_cell *cell, int columns)
{
    (void)columns;
    if (cell->text)
        *(int64_t *)arg = strtoll(cell->text, NULL, 10);
}

static void add_name(void *arg, const struct results_cell *cell, int columns)
{
    struct text *names = arg;

    (void)columns;
    text_add(names, "%s%s %s", names->length ? ", " : "", cell[0].text, cell[1].text);
}

static void say_no_run(const struct side *side)
{
    struct text names = {0};
    char shown[TEXT_SHOWN];

    results_query(side->results,
                  "SELECT run_id, name FROM (SELECT * FROM runs ORDER BY run_id DESC LIMIT 10)"
                  " ORDER BY run_id",
                  NULL, add_name, &names, NULL);
    if (side->run)
        fprintf(stderr, "traincast compare: error: there is no run '%s' in %s\n",
                text_shown(side->run, shown), side->db);
    else
        fprintf(stderr, "traincast compare: error: there are no runs in %s\n", side->db);
    if (names.length)
        fprintf(stderr, "there are (the last ten): %s\n", names.chars);
    text_done(&names);
}

/* By number, else by name: the last run that has it. */
static bool find_run(struct side *side, struct err *err)
{
    bool number = side->run && *side->run && !side->run[strspn(side->run, "0123456789")];
    const struct results_param params[] = {
        {.name = "run", .text = side->run ? side->run : "", .number = 0}, {0}};
    const char *sql = !side->run ? "SELECT max(run_id) FROM runs"
                      : number ? "SELECT run_id FROM runs WHERE run_id = CAST(:run AS INTEGER)"
                               : "SELECT max(run_id) FROM runs WHERE name = :run";

    side->run_id = 0;
    return results_query(side->results, sql, params, keep_id, &side->run_id, err);
}

static enum exit_code open_side(struct side *side, struct err *err)
{
    if (access(side->db, R_OK) != 0) {
        fprintf(stderr, "traincast compare: error: %s cannot be read: %s\n", side->db,
                strerror(errno));
        return EXIT_CODE_BAD_INPUT;
    }
    side->results = results_open_to_read(side->db, err);
    if (!side->results || !find_run(side, err))
        return EXIT_CODE_MACHINE;
    if (side->run_id)
        return EXIT_CODE_DONE;
    say_no_run(side);
    return EXIT_CODE_BAD_INPUT;
}

/* -- the command ------------------------------------------------------------------------ */
static enum exit_code compare(struct side side[COMPARED], const struct command_options *options,
                              struct err *err)
{
    struct comparison comparison = {0};
    enum exit_code code = EXIT_CODE_DONE;

    for (int i = 0; i < COMPARED && code == EXIT_CODE_DONE; i++) {
        code = open_side(&side[i], err);
        if (code == EXIT_CODE_DONE &&
            !comparison_read(&comparison, i, side[i].results, side[i].run_id, err))
            code = EXIT_CODE_MACHINE;
    }
    if (code == EXIT_CODE_DONE) {
        comparison_trim(&comparison);
        if (options->json)
            comparison_print_json(&comparison);
        else
            comparison_print(&comparison, options->all);
    }
    comparison_done(&comparison);
    return code;
}

/* Two groups: where a condition is given, or a measure of all runs of a name. */
static bool are_groups(const struct command_options *options, const char *const *arguments)
{
    return arguments[2] && (options->measure || compare_is_condition(arguments[1]) ||
                            compare_is_condition(arguments[2]));
}

static int run(const struct command_options *options, const char *const *arguments)
{
    struct side side[COMPARED];
    struct err err = {0};
    enum exit_code code;

    if (are_groups(options, arguments))
        return (int)compare_groups(arguments[0], arguments[1], arguments[2], options);
    if (arguments[2])
        for (int i = 0; i < COMPARED; i++)
            side[i] = (struct side){.db = memory_text(arguments[0]), .run = arguments[i + 1]};
    else
        for (int i = 0; i < COMPARED; i++)
            side[i] = side_of(arguments[i]);
    code = compare(side, options, &err);
    if (code == EXIT_CODE_MACHINE)
        fprintf(stderr, "traincast: error: %s\n", err.text);
    for (int i = 0; i < COMPARED; i++) {
        results_close(side[i].results);
        free(side[i].db);
    }
    return (int)code;
}

const struct command command_compare = {
    .name = "compare",
    .arguments = "DB RUN_A RUN_B | A.db:RUN B.db:RUN | DB \"CONDITION_A\" \"CONDITION_B\"",
    .summary =
        "Set two runs side by side, or two groups of runs with how sure the difference is",
    .doc =
        "Prints learning, time, bill, requests and the settings that differ of two runs, with "
        "the ratio of each number. A run is given by its number or by its name (the last one "
        "of that name); a database without a run means its last one. Two groups are given by "
        "conditions (\"channel = 's3'\"; settings by name, as in query --where), or by names "
        "together with --measure: the difference of their means with an interval of 95 % "
        "confidence, over pairs where runs have the seed and all other settings in common.",
    .table = table,
    .argument_min = 2,
    .argument_max = 3,
    .run = run,
};
