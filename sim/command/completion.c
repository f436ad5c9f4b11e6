/* SPDX-License-Identifier: MIT
 * completion.c -- `traincast completion`: a bash script that completes commands, options,
 * families and files, from the tables of commands and kinds. */
#include <stdio.h>
#include <string.h>

#include "sim/command/command.h"

static void print_options(const struct command *command)
{
    struct command_options unused = {0};
    const struct poptOption *option = command->table ? command->table(&unused) : NULL;

    for (; option && (option->longName || option->shortName); option++)
        if (option->longName)
            printf("--%s ", option->longName);
    printf("--help");
}

static void print_kinds(void)
{
    for (const struct family *const *family = families; *family; family++)
        for (const struct kind *const *kind = (*family)->kinds; *kind; kind++)
            printf("%s.%s ", (*family)->name, (*kind)->name);
}

static int run(const struct command_options *options, const char *const *arguments)
{
    (void)options;
    (void)arguments;
    printf("# bash completion of traincast: source <(traincast completion)\n"
           "_traincast()\n{\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} words=\n"
           "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        words='");
    for (const struct command *const *command = commands; *command; command++)
        printf("%s ", (*command)->name);
    printf("'\n    else\n        case ${COMP_WORDS[1]} in\n");
    for (const struct command *const *command = commands; *command; command++) {
        printf("        %s)\n            words='", (*command)->name);
        print_options(*command);
        printf(" ");
        if (!strcmp((*command)->name, "list"))
            for (const struct family *const *family = families; *family; family++)
                printf("%s ", (*family)->name);
        if (!strcmp((*command)->name, "list"))
            printf("provider instance cache_node serialisation compute ");
        if (!strcmp((*command)->name, "describe")) {
            printf("scenario db ");
            print_kinds();
        }
        printf("'\n            ;;\n");
    }
    printf("        esac\n    fi\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
           "    [ -n \"${COMPREPLY[*]}\" ] || COMPREPLY=($(compgen -f -- \"$word\"))\n"
           "}\ncomplete -o filenames -F _traincast traincast\n");
    return EXIT_CODE_DONE;
}

const struct command command_completion = {
    .name = "completion",
    .arguments = "",
    .summary = "Print a bash completion script",
    .run = run,
};
