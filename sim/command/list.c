/* SPDX-License-Identifier: MIT
 * list.c -- `traincast list`: what a scenario can choose from. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sim/command/command.h"
#include "sim/scenario/scenario.h"

static bool is_family(const char *name, struct nearest *nearest)
{
    for (const struct family *const *family = families; *family; family++) {
        if (!strcmp((*family)->name, name))
            return true;
        nearest_try(nearest, (*family)->name);
    }
    return false;
}

static int run(const struct command_options *options, const char *const *arguments)
{
    struct nearest nearest = {.word = arguments[0]};

    (void)options;
    if (arguments[0] && !is_family(arguments[0], &nearest)) {
        fprintf(stderr, "traincast list: error: there is no family '%s'%s%s%s\n", arguments[0],
                nearest.best ? "; did you mean '" : "", nearest.best ? nearest.best : "",
                nearest.best ? "'?" : "");
        return EXIT_CODE_BAD_INPUT;
    }
    scenario_list(families, arguments[0], stdout);
    return EXIT_CODE_DONE;
}

const struct command command_list = {
    .name = "list",
    .arguments = "[FAMILY]",
    .summary = "List what a scenario can choose: jobs, models, channels, platforms ...",
    .argument_max = 1,
    .run = run,
};
