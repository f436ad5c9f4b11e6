/* SPDX-License-Identifier: MIT
 * study.h -- lists of published figures, the runs they need (each once), and what came of it.
 *
 * Two runs are the same when their resolved scenarios are, whatever the lists call them. */
#ifndef TRAINCAST_SIM_COMMAND_STUDY_H
#define TRAINCAST_SIM_COMMAND_STUDY_H

#include "sim/command/crew.h"
#include "sim/validate/judge.h"

struct study {
    struct published *published;
    size_t seeds_most;
    size_t *job;    /* [runs * seeds_most], as in judge(); SIZE_MAX: none */
    char **skipped; /* [runs]: why the run cannot be made; NULL: it can, or no row needs it */
    struct judged *judged; /* [published->rows] */
};

struct plan {
    const struct command_options *options;
    struct study *study;
    size_t studies;
    struct plan_job *job;
    size_t jobs, capacity;
    struct crew_result *result; /* [jobs] */
};

/* Reads the lists (files) and every scenario of theirs; prints all mistakes to stderr and
 * returns false when there are any. */
bool plan_read(struct plan *ret_plan, const char *const *files, size_t count,
               const struct command_options *options);
/* Simulates.  False: the machine failed (*err). */
bool plan_run(struct plan *plan, struct err *err);
/* The worst exit code of the runs: BAD_INPUT where data did not fit, MACHINE, else DONE. */
enum exit_code plan_code(const struct plan *plan);
const char *plan_message(const struct plan *plan); /* of the first run that has that code */
/* Fills every study's judged, from the database that plan_run wrote. */
bool plan_judge(struct plan *plan, struct err *err);
void plan_done(struct plan *plan); /* safe on {0} */

#endif
