/* SPDX-License-Identifier: MIT
 * check.c -- `traincast check`: says what is wrong with scenarios, file:line:col, and runs
 * nothing. */
#include <stdio.h>
#include <string.h>

#include "algorithms/math/blas.h"
#include "sim/command/load.h"

static const struct poptOption *table(struct command_options *options)
{
    static struct poptOption rows[8];
    const struct poptOption all[] = {
        COMMAND_SCENARIO_OPTIONS(options),
        {"quiet", 'q', POPT_ARG_NONE, &options->quiet, 0, "Say nothing of what is right", NULL},
        POPT_TABLEEND,
    };

    _Static_assert(sizeof all <= sizeof rows, "the table grew");
    memcpy(rows, all, sizeof all);
    return rows;
}

static int run(const struct command_options *options, const char *const *arguments)
{
    int code = EXIT_CODE_DONE;

    math_init();
    for (; *arguments; arguments++) {
        struct loaded loaded;

        if (!load_all(&loaded, *arguments, options))
            code = EXIT_CODE_BAD_INPUT;
        else if (!options->quiet)
            printf("%s: ok\n", *arguments);
        loaded_done(&loaded);
    }
    return code;
}

const struct command command_check = {
    .name = "check",
    .arguments = "FILE.yaml...",
    .summary = "Say everything that is wrong with scenarios, and run nothing",
    .doc = "Reports all mistakes in the keys of a scenario at once, like a compiler; when "
           "there are none, it loads the data and says what does not fit together.",
    .table = table,
    .argument_min = 1,
    .argument_max = -1,
    .run = run,
};
