/* SPDX-License-Identifier: MIT
 * load.h -- from what was typed to a resolved scenario, with its mistakes shown. */
#ifndef TRAINCAST_SIM_COMMAND_LOAD_H
#define TRAINCAST_SIM_COMMAND_LOAD_H

#include "base/pool.h"
#include "sim/command/command.h"
#include "sim/job/learner/learner.h"
#include "sim/scenario/scenario.h"

/* The --set, --seed, --data and --platforms of a command's option table. */
#define COMMAND_SCENARIO_OPTIONS(options_)                                                      \
    {"set",                                                                                     \
     '\0',                                                                                      \
     POPT_ARG_ARGV,                                                                             \
     &(options_)->set,                                                                          \
     0,                                                                                         \
     "Override a key of the scenario",                                                          \
     "KEY.PATH=VALUE"},                                                                         \
        {"seed", '\0', POPT_ARG_LONGLONG, &(options_)->seed, 0, "Seed of all randomness", "N"}, \
        {"data",                                                                                \
         '\0',                                                                                  \
         POPT_ARG_STRING,                                                                       \
         &(options_)->data_dir,                                                                 \
         0,                                                                                     \
         "Where relative data paths start ($TRAINCAST_DATA, else beside the scenario)",         \
         "DIR"},                                                                                \
    {                                                                                           \
        "platforms", '\0', POPT_ARG_STRING, &(options_)->platforms_dir, 0,                      \
            "Where providers' files are", "DIR"                                                 \
    }

struct loaded {
    struct diag_list diags;
    struct scenario *scenario; /* NULL: diags say why */
    struct pool *pool;
    struct learner *learner; /* NULL when the job trains nothing */
};

/* By the keys at its top: what else than expected is in the file? */
bool load_is_sweep(const char *path);
bool load_is_scenario(const char *path);

/* Reads the scenario alone. */
bool load_scenario(struct loaded *ret_loaded, const char *path,
                   const struct command_options *options);
/* Reads the data as well and makes all checks that need them; prints what is wrong to stderr.
 * False: the user's input is wrong. */
bool load_all(struct loaded *ret_loaded, const char *path,
              const struct command_options *options);
void loaded_done(struct loaded *loaded); /* safe after a failure, twice */

#endif
