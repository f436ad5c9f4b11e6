/* SPDX-License-Identifier: MIT
 * command.h -- what a user can type: `traincast COMMAND ...`.
 *
 * A command = one file with a `const struct command command_NAME` and a line in list.h.  Its
 * option table (popt) gives parsing, --help, the man page and shell completion. stdout carries
 * results, stderr progress and errors. */
#ifndef TRAINCAST_SIM_COMMAND_COMMAND_H
#define TRAINCAST_SIM_COMMAND_COMMAND_H

#include <limits.h>
#include <popt.h>
#include <stdbool.h>

#include "base/field.h"

enum exit_code {
    EXIT_CODE_DONE = 0,
    EXIT_CODE_RUN_FAILED = 1, /* the simulated job failed or did not finish; its rows say why */
    EXIT_CODE_BAD_INPUT = 2,  /* the user's input is wrong; nothing was run, nothing written */
    EXIT_CODE_MACHINE = 3,    /* the real machine failed: disk, database, memory */
};

#define COMMAND_NO_SEED LLONG_MIN

/* Values that options are parsed into; a command uses those its table names. */
struct command_options {
    char **set; /* --set key=value, repeated; ends in NULL */
    char *db, *data_dir, *trace, *model, *platforms_dir, *csv, *only;
    long long seed; /* COMMAND_NO_SEED: not given */
    double wall_time_s;
    char *name, *out, *plot, *operation; /* calibrate */
    int empirical;
    char *sample, *factor;                          /* estimate */
    char *where, *campaign, *by, *measure, *format; /* questions to a database */
    char *log, *title, *size;                       /* plot */
    char *run;                                      /* export */
    int unpaired;                                   /* compare */
    int limit;                                      /* query; 0: not given */
    char **param; /* --param name=value, repeated; ends in NULL */
    int simulate;
    int dry_run, list, no_reuse, merge, prune, leaders, tasks; /* sweep */
    char *shard, *engine, *slurm_args, *known;
    int json, quiet, threads, processes, origins, man, canonical, all;
};

struct command {
    const char *name;
    const char *arguments; /* "FILE.yaml..." for --help */
    const char *summary;   /* one line */
    const char *doc;       /* paragraphs for the man page; may be NULL */
    /* Options beside --help, in popt's form; filled into *options. */
    const struct poptOption *(*table)(struct command_options *options);
    int argument_min, argument_max; /* -1: any number */
    int (*run)(const struct command_options *options, const char *const *arguments);
};

extern const struct command *const commands[]; /* ends in NULL */
extern const struct family
    *const families[]; /* ends in NULL: everything a scenario can choose */

const struct command *command_find(const char *name);
/* Where the catalogue is: --platforms, $TRAINCAST_PLATFORMS, beside the sources, as installed.
 */
const char *command_platforms_dir(const struct command_options *options);
/* Where relative data paths start: --data, $TRAINCAST_DATA; NULL: beside the scenario. */
const char *command_data_dir(const struct command_options *options);
/* Where the scenarios that come with it are: $TRAINCAST_SCENARIOS, beside the sources, as
 * installed. */
const char *command_scenarios_dir(void);
/* Where the questions that have a name are: $TRAINCAST_ANALYSIS, beside the sources, as
 * installed. */
const char *command_analysis_dir(void);
/* Parses argv[1..] by the command's table and runs it. */
int command_main(const struct command *command, int argc, const char **argv);

#endif
