/* SPDX-License-Identifier: MIT
 * manual.c -- `traincast manual`: the reference in Markdown, or the man page, from the same
 * tables that load scenarios and parse options. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "sim/command/command.h"
#include "sim/command/version.h"
#include "sim/scenario/scenario.h"

static const struct poptOption *table(struct command_options *options)
{
    static struct poptOption rows[2];
    const struct poptOption all[] = {
        {"man", '\0', POPT_ARG_NONE, &options->man, 0, "As a man page (roff)", NULL},
        POPT_TABLEEND,
    };

    memcpy(rows, all, sizeof all);
    return rows;
}

/* roff takes a leading dot or quote as a request, and a bare hyphen as a soft one. */
static void print_roff(const char *text)
{
    for (; *text; text++)
        if (*text == '-')
            fputs("\\-", stdout);
        else if (*text == '\\')
            fputs("\\e", stdout);
        else
            putchar(*text);
}

static void print_option(const struct poptOption *option)
{
    printf(".TP\n.B ");
    if (option->shortName) {
        printf("\\-%c", option->shortName);
        printf(option->longName ? ", " : "");
    }
    if (option->longName) {
        printf("\\-\\-");
        print_roff(option->longName);
    }
    if (option->argDescrip) {
        printf(" \\fI");
        print_roff(option->argDescrip);
        printf("\\fR");
    }
    putchar('\n');
    print_roff(option->descrip);
    putchar('\n');
}

static void print_command(const struct command *command)
{
    struct command_options unused = {0};
    const struct poptOption *option = command->table ? command->table(&unused) : NULL;

    printf(".SS %s ", command->name);
    print_roff(command->arguments);
    printf("\n");
    print_roff(command->summary);
    printf(".\n");
    if (command->doc) {
        printf(".PP\n");
        print_roff(command->doc);
        printf("\n");
    }
    for (; option && (option->longName || option->shortName); option++)
        print_option(option);
}

static void print_man_page(void)
{
    printf(".TH TRAINCAST 1 \"\" \"traincast %s\" \"User Commands\"\n", version_text());
    printf(
        ".SH NAME\ntraincast \\- forecast a distributed training job: accuracy, time, dollars\n"
        ".SH SYNOPSIS\n.B traincast\n.I COMMAND\n[\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...\n"
        ".SH DESCRIPTION\nSimulates distributed machine\\-learning training on functions and "
        "virtual machines: the mathematics is real, the time is simulated, the bill is "
        "itemised. One YAML scenario yields accuracy, simulated time and dollars, in an SQLite "
        "database.\n.SH COMMANDS\n");
    for (const struct command *const *command = commands; *command; command++)
        print_command(*command);
    printf(
        ".SH EXIT STATUS\n.TP\n0\ndone\n.TP\n1\nthe run failed or did not finish; its rows in "
        "the database say why\n.TP\n2\nthe input is wrong; nothing was run, nothing written\n"
        ".TP\n3\nthe real machine failed (disk, database, memory)\n"
        ".SH ENVIRONMENT\n.TP\nTRAINCAST_PLATFORMS\ndirectory of the providers' files\n"
        ".TP\nOPENBLAS_CORETYPE\noverrides the kernel that OpenBLAS chooses; results differ "
        "in bits from kernel to kernel\n");
}

static int run(const struct command_options *options, const char *const *arguments)
{
    (void)arguments;
    if (options->man)
        print_man_page();
    else
        scenario_manual(families, stdout);
    return EXIT_CODE_DONE;
}

const struct command command_manual = {
    .name = "manual",
    .arguments = "",
    .summary =
        "Print the reference of everything a scenario can say (Markdown), or the man page",
    .table = table,
    .run = run,
};
