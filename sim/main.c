/* SPDX-License-Identifier: MIT
 * main.c -- finds the command that was typed and runs it. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "sim/command/command.h"

static void print_help(FILE *out)
{
    fprintf(out,
            "usage: traincast COMMAND [OPTION]... [ARGUMENT]...\n\n"
            "Forecasts a distributed training job: accuracy, simulated time and dollars.\n\n");
    for (const struct command *const *c = commands; *c; c++)
        fprintf(out, "  %-12s %s\n", (*c)->name, (*c)->summary);
    fprintf(out,
            "\n`traincast COMMAND --help` says more.  Exit status: 0 done, 1 the run failed,\n"
            "2 the input is wrong (nothing was run), 3 the machine failed (disk, database).\n");
}

static int unknown_command(const char *name)
{
    struct nearest nearest = {.word = name};
    char shown[TEXT_SHOWN];

    for (const struct command *const *c = commands; *c; c++)
        nearest_try(&nearest, (*c)->name);
    fprintf(stderr, "traincast: error: there is no command '%s'%s%s%s\n",
            text_shown(name, shown), nearest.best ? "; did you mean '" : "",
            nearest.best ? nearest.best : "", nearest.best ? "'?" : "");
    fprintf(stderr, "`traincast --help` lists them.\n");
    return EXIT_CODE_BAD_INPUT;
}

/* Whoever reads what was printed must not take half of it for the whole. */
static int when_printed(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    fprintf(stderr, "traincast: error: standard output could not be written\n");
    return EXIT_CODE_MACHINE;
}

/* No file that is opened later may take the number of a standard one that is closed, and get
 * what is printed.  Read-only, so that printing there still fails. */
static void hold_standard_files(void)
{
    int file = 0;

    while (file >= 0 && file <= STDERR_FILENO)
        file = open("/dev/null", O_RDONLY);
    if (file > STDERR_FILENO)
        close(file);
}

int main(int argc, char **argv)
{
    const struct command *command;

    hold_standard_files();
    if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
        !strcmp(argv[1], "help")) {
        print_help(argc < 2 ? stderr : stdout);
        return argc < 2 ? EXIT_CODE_BAD_INPUT : EXIT_CODE_DONE;
    }
    command = command_find(!strcmp(argv[1], "--version") ? "version" : argv[1]);
    if (!command)
        return unknown_command(argv[1]);
    return when_printed(command_main(command, argc - 1, (const char **)argv + 1));
}
