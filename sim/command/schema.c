/* SPDX-License-Identifier: MIT
 * schema.c -- `traincast schema`: the JSON Schema of scenarios, for editors. */
#include <stdio.h>

#include "sim/command/command.h"
#include "sim/scenario/scenario.h"

static int run(const struct command_options *options, const char *const *arguments)
{
    (void)options;
    (void)arguments;
    scenario_json_schema(families, stdout);
    return EXIT_CODE_DONE;
}

const struct command command_schema = {
    .name = "schema",
    .arguments = "",
    .summary = "Print the JSON Schema (draft-07) of scenarios, for editors",
    .run = run,
};
