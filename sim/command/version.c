/* SPDX-License-Identifier: MIT
 * version.c -- `traincast version`: ours and that of everything results depend on. */
#include "sim/command/version.h"

#include <stdio.h>

#include "algorithms/math/blas.h"
#include "sim/command/command.h"
#include "sim/engine/engine.h"
#include "sim/results/results.h"
#include "traincast_version.h"

const char *version_text(void)
{
    return TRAINCAST_VERSION;
}

const char *version_git_commit(void)
{
    return TRAINCAST_GIT_COMMIT[0] ? TRAINCAST_GIT_COMMIT : NULL;
}

static int run(const struct command_options *options, const char *const *arguments)
{
    char warning[256];

    (void)options;
    (void)arguments;
    math_init();
    printf("traincast  %s", version_text());
    if (version_git_commit())
        printf(" (%s)", version_git_commit());
    printf("\nbehaviour  %d\n", BEHAVIOUR_VERSION);
    printf("SimGrid    %s\n", engine_simgrid_version());
    printf("OpenBLAS   %s\n", math_config());
    printf("kernel     %s\n", math_core_name());
    printf("SQLite     %s\n", results_sqlite_version());
    if (math_slower_than_cpu(warning, sizeof warning))
        fprintf(stderr, "traincast: warning: %s\n", warning);
    return EXIT_CODE_DONE;
}

const struct command command_version = {
    .name = "version",
    .arguments = "",
    .summary = "Versions of traincast and of the libraries that its results depend on",
    .run = run,
};
