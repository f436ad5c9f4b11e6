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

/* "instance" or "instances": what providers have. */
static bool list_catalogue(const struct command_options *options, const char *word)
{
    const struct scenario_options how = {.families = families,
                                         .platforms_dir = command_platforms_dir(options)};
    size_t length = strlen(word);
    char section[64];
    struct diag_list diags;
    bool found;

    diag_init(&diags);
    snprintf(section, sizeof section, "%s", word);
    found = scenario_list_catalogue(&how, section, stdout, &diags);
    if (!found && length > 1 && length < sizeof section && section[length - 1] == 's') {
        section[length - 1] = '\0';
        found = scenario_list_catalogue(&how, section, stdout, &diags);
    }
    diag_done(&diags);
    return found;
}

static int run(const struct command_options *options, const char *const *arguments)
{
    struct nearest nearest = {.word = arguments[0]};

    if (arguments[0] && !is_family(arguments[0], &nearest)) {
        if (list_catalogue(options, arguments[0]))
            return EXIT_CODE_DONE;
        fprintf(stderr, "traincast list: error: there is no family '%s'%s%s%s\n", arguments[0],
                nearest.best ? "; did you mean '" : "", nearest.best ? nearest.best : "",
                nearest.best ? "'?" : "");
        return EXIT_CODE_BAD_INPUT;
    }
    scenario_list(families, arguments[0], stdout);
    if (!arguments[0])
        printf("\nlist provider, instance, cache_node, serialisation or compute: what the "
               "providers have of each\n");
    return EXIT_CODE_DONE;
}

const struct command command_list = {
    .name = "list",
    .arguments = "[FAMILY]",
    .summary =
        "List what a scenario can choose: jobs, models, channels, instances, providers ...",
    .doc = "Without an argument all families of kinds. FAMILY is one of them, or what the "
           "providers' files list: provider, instance, cache_node, serialisation, compute.",
    .argument_max = 1,
    .run = run,
};
