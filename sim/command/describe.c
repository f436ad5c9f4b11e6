/* SPDX-License-Identifier: MIT
 * describe.c -- `traincast describe`: fields, units, defaults, meaning and source of one thing.
 */
#include <stdio.h>
#include <string.h>

#include "algorithms/model/model.h"
#include "sim/command/command.h"
#include "sim/command/describe_network.h"
#include "sim/results/results.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/sheet.h"
#include "sim/sweep/sweep.h"

/* "instance.t2.medium" */
static bool describe_entry(const struct command_options *options, const char *what)
{
    const struct scenario_options how = {.families = families,
                                         .platforms_dir = command_platforms_dir(options)};
    struct diag_list diags;
    bool found;

    diag_init(&diags);
    found = scenario_describe_entry(&how, what, stdout, &diags);
    diag_done(&diags);
    return found;
}

static int run(const struct command_options *options, const char *const *arguments)
{
    struct err err = {0};

    if (!strcmp(arguments[0], "db")) {
        results_describe(stdout);
        return EXIT_CODE_DONE;
    }
    if (!strcmp(arguments[0], "sweep")) {
        sheet_describe("sweep: many runs of a scenario, in YAML", sweep_fields, stdout);
        return EXIT_CODE_DONE;
    }
    if (scenario_describe(families, arguments[0], stdout, &err)) {
        if (!strncmp(arguments[0], "model.", strlen("model.")))
            describe_network(family_find(&model_family, arguments[0] + strlen("model.")),
                             stdout);
        return EXIT_CODE_DONE;
    }
    if (describe_entry(options, arguments[0]))
        return EXIT_CODE_DONE;
    if (results_describe_view(arguments[0], stdout)) {
        printf("\na view of the results database; all of them: traincast describe db\n");
        return EXIT_CODE_DONE;
    }
    fprintf(stderr, "traincast describe: error: %s\n", err.text);
    return EXIT_CODE_BAD_INPUT;
}

const struct command command_describe = {
    .name = "describe",
    .arguments = "FAMILY.KIND | FAMILY | instance.NAME | scenario | sweep | db | VIEW",
    .summary =
        "Fields, units, defaults, meaning and source of one kind, or the database's columns",
    .argument_min = 1,
    .argument_max = 1,
    .run = run,
};
