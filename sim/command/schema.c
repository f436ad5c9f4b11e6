/* SPDX-License-Identifier: MIT
 * schema.c -- `traincast schema`: the JSON Schema of scenarios and sweeps, for editors. */
#include <stdio.h>
#include <string.h>

#include "sim/command/command.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/sheet.h"
#include "sim/sweep/sweep.h"

static int run(const struct command_options *options, const char *const *arguments)
{
    (void)options;
    if (!arguments[0] || !strcmp(arguments[0], "scenario")) {
        scenario_json_schema(families, stdout);
    } else if (!strcmp(arguments[0], "sweep")) {
        sheet_json_schema("traincast sweep", sweep_fields, stdout);
    } else {
        fprintf(stderr, "traincast schema: error: of 'scenario' or 'sweep', not '%s'\n",
                arguments[0]);
        return EXIT_CODE_BAD_INPUT;
    }
    return EXIT_CODE_DONE;
}

const struct command command_schema = {
    .name = "schema",
    .arguments = "[scenario | sweep]",
    .summary = "Print the JSON Schema (draft-07) of scenarios or of sweeps, for editors",
    .argument_max = 1,
    .run = run,
};
