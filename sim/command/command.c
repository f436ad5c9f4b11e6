/* SPDX-License-Identifier: MIT
 * command.c -- the registry of commands, and what they share: options, --help, paths. */
#include "sim/command/command.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PROCESSES_MOST = 1000,
    THREADS_MOST = 1000,
    TASKS_MOST = 100000,
    SECONDS_MOST = 1000000000
};

#define COMMAND(name_) extern const struct command command_##name_;
#include "sim/command/list.h"
#undef COMMAND

const struct command *const commands[] = {
#define COMMAND(name_) &command_##name_,
#include "sim/command/list.h"
#undef COMMAND
    NULL,
};

const struct command *command_find(const char *name)
{
    for (const struct command *const *c = commands; *c; c++)
        if (!strcmp((*c)->name, name))
            return *c;
    return NULL;
}

/* A folder of shared files: what is installed beside the program, else what it was built from.
 * out: char[PATH_MAX]. */
static const char *shared_dir(const char *name, const char *source, char *out)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    char *slash;

    program[length > 0 ? length : 0] = '\0';
    slash = strrchr(program, '/');
    if (!slash)
        return source;
    *slash = '\0';
    if (snprintf(out, PATH_MAX, "%s/%s/%s", program, TRAINCAST_SHARE_FROM_BIN, name) <
            PATH_MAX &&
        access(out, R_OK | X_OK) == 0)
        return out;
    return source;
}

const char *command_platforms_dir(const struct command_options *options)
{
    static char path[PATH_MAX];

    if (options->platforms_dir)
        return options->platforms_dir;
    if (getenv("TRAINCAST_PLATFORMS"))
        return getenv("TRAINCAST_PLATFORMS");
    return shared_dir("platforms", TRAINCAST_SOURCE "/platforms", path);
}

const char *command_data_dir(const struct command_options *options)
{
    const char *set = getenv("TRAINCAST_DATA");

    return options->data_dir ? options->data_dir : set && *set ? set : NULL;
}

const char *command_scenarios_dir(void)
{
    static char path[PATH_MAX];

    if (getenv("TRAINCAST_SCENARIOS"))
        return getenv("TRAINCAST_SCENARIOS");
    return shared_dir("scenarios", TRAINCAST_SOURCE "/scenarios", path);
}

const char *command_analysis_dir(void)
{
    static char path[PATH_MAX];

    if (getenv("TRAINCAST_ANALYSIS"))
        return getenv("TRAINCAST_ANALYSIS");
    return shared_dir("analysis", TRAINCAST_SOURCE "/analysis", path);
}

static int wrong_use(const struct command *command, const char *what, const char *why)
{
    fprintf(stderr, "traincast %s: error: %s%s%s\n", command->name, what, why ? ": " : "",
            why ? why : "");
    fprintf(stderr, "`traincast %s --help` says how it is used.\n", command->name);
    return EXIT_CODE_BAD_INPUT;
}

static int count_arguments(const char *const *arguments)
{
    int count = 0;

    while (arguments && arguments[count])
        count++;
    return count;
}

static bool is_within(const struct command *command, const char *option, double value,
                      double most)
{
    if (value >= 0 && value <= most)
        return true;
    fprintf(stderr, "traincast %s: error: %s is from 1 to %g, not %g\n", command->name, option,
            most, value);
    return false;
}

/* 0: not given. */
static bool are_within(const struct command *command, const struct command_options *options)
{
    return is_within(command, "--processes", options->processes, PROCESSES_MOST) &&
           is_within(command, "--threads", options->threads, THREADS_MOST) &&
           is_within(command, "--tasks", options->tasks, TASKS_MOST) &&
           is_within(command, "--limit", options->wall_time_s, SECONDS_MOST);
}

/* Runs the command on what popt has left over. */
static int dispatch(const struct command *command, const struct command_options *options,
                    const char *const *arguments)
{
    static const char *const none[] = {NULL};
    int count = count_arguments(arguments);

    if (count < command->argument_min)
        return wrong_use(command, "an argument is missing", command->arguments);
    if (command->argument_max >= 0 && count > command->argument_max)
        return wrong_use(command, "one argument too many", arguments[command->argument_max]);
    if (!are_within(command, options))
        return EXIT_CODE_BAD_INPUT;
    return command->run(options, arguments ? arguments : none);
}

int command_main(const struct command *command, int argc, const char **argv)
{
    struct command_options options = {.seed = COMMAND_NO_SEED};
    struct poptOption all[] = {
        {NULL, '\0', POPT_ARG_INCLUDE_TABLE, NULL, 0, "Options:", NULL},
        POPT_AUTOHELP POPT_TABLEEND,
    };
    char name[64];
    poptContext context;
    int code, result;

    if (command->table)
        all[0].arg = (void *)command->table(&options);
    snprintf(name, sizeof name, "traincast %s", command->name);
    argv[0] = name;
    context = poptGetContext(name, argc, argv, command->table ? all : all + 1, 0);
    poptSetOtherOptionHelp(context, command->arguments);
    do
        code = poptGetNextOpt(context);
    while (code > 0); /* an option that has a value to report has not ended the parsing */
    if (code < -1)
        result = wrong_use(command, poptBadOption(context, POPT_BADOPTION_NOALIAS),
                           poptStrerror(code));
    else
        result = dispatch(command, &options, (const char *const *)poptGetArgs(context));
    poptFreeContext(context);
    for (char **set = options.set; set && *set; set++)
        free(*set);
    free(options.set);
    free(options.db);
    free(options.data_dir);
    free(options.trace);
    free(options.model);
    free(options.platforms_dir);
    free(options.csv);
    free(options.only);
    free(options.name);
    free(options.out);
    free(options.plot);
    free(options.operation);
    free(options.sample);
    free(options.factor);
    free(options.where);
    free(options.campaign);
    free(options.by);
    free(options.measure);
    free(options.format);
    free(options.log);
    free(options.title);
    free(options.size);
    free(options.run);
    free(options.shard);
    free(options.engine);
    free(options.slurm_args);
    free(options.known);
    for (char **param = options.param; param && *param; param++)
        free(*param);
    free(options.param);
    return result;
}
