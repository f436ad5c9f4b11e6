/* SPDX-License-Identifier: MIT
 * resolve.c -- `traincast resolve`: a scenario in its long form, every preset filled in. */
#include <stdio.h>
#include <string.h>

#include "sim/command/load.h"

static const struct poptOption *table(struct command_options *options)
{
    static struct poptOption rows[8];
    const struct poptOption all[] = {
        COMMAND_SCENARIO_OPTIONS(options),
        {"canonical", '\0', POPT_ARG_NONE, &options->canonical, 0,
         "Leave out where each value came from", NULL},
        POPT_TABLEEND,
    };

    _Static_assert(sizeof all <= sizeof rows, "the table grew");
    memcpy(rows, all, sizeof all);
    return rows;
}

static int run(const struct command_options *options, const char *const *arguments)
{
    struct loaded loaded;
    bool ok = load_scenario(&loaded, arguments[0], options);

    diag_print(&loaded.diags, stderr);
    if (ok)
        scenario_print(loaded.scenario, !options->canonical, stdout);
    loaded_done(&loaded);
    return ok ? EXIT_CODE_DONE : EXIT_CODE_BAD_INPUT;
}

const struct command command_resolve = {
    .name = "resolve",
    .arguments = "FILE.yaml",
    .summary = "Print a scenario in its long form, with where each value came from",
    .table = table,
    .argument_min = 1,
    .argument_max = 1,
    .run = run,
};
