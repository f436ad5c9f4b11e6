/* SPDX-License-Identifier: MIT
 * crew.h -- many runs into one database, several at a time: a forked process for each, because
 * there is one engine per process.
 *
 * Runs are begun in the order of the jobs, whoever is ready first, so numbers of runs and every
 * row of the database are the same for any number of processes. */
#ifndef TRAINCAST_SIM_COMMAND_CREW_H
#define TRAINCAST_SIM_COMMAND_CREW_H

#include <stdint.h>

#include "sim/command/command.h"
#include "sim/results/results.h"

struct crew_job {
    const char *scenario;   /* file */
    const char *const *set; /* --set, ends in NULL; may be NULL */
    long long seed;         /* COMMAND_NO_SEED: the scenario's */
};

struct crew_result {
    enum exit_code code; /* as `traincast run` would have exited */
    int64_t run_id;      /* 0: the run was not begun */
    enum run_status status;
    char message[1100]; /* why it did not end well; "" */
};

/* Runs all jobs; options give db, data_dir, platforms_dir, processes (0: as many as cores) and
 * quiet.  Results are filled even when some failed.  False: the crew itself could not work. */
bool crew_run(const struct crew_job *job, size_t count, const struct command_options *options,
              struct crew_result *ret_results, struct err *err);

#endif
