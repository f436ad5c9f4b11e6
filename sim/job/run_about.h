/* SPDX-License-Identifier: MIT
 * run_about.h -- what is known of a run before it begins, as results/ writes it. */
#ifndef TRAINCAST_SIM_JOB_RUN_ABOUT_H
#define TRAINCAST_SIM_JOB_RUN_ABOUT_H

#include "base/text.h"
#include "sim/job/learner/learner.h"
#include "sim/results/results.h"
#include "sim/scenario/scenario.h"

/* Which program this is; the command's.  now_utc: when it begins. */
struct run_build {
    const char *version, *git_commit, *now_utc;
    int64_t behaviour_version;
};

enum { RUN_DATASETS = 2 };

struct run_about {
    struct run_info info; /* points into this struct and into the scenario */
    struct param_row *param;
    size_t params, param_capacity;
    struct dataset_row dataset[RUN_DATASETS];
    char *text, host[256];
    struct text note, command_line;
};

/* Fills the struct where it is: it must not be moved.  learner may be NULL: then nothing is
 * said of data sets. */
void run_about_init(struct run_about *about, const struct scenario *scenario,
                    const struct learner *learner, const struct run_build *build);
/* What is known of the program alone. */
struct run_info run_build_info(const struct run_build *build);
void run_about_done(struct run_about *about);
/* The rows about the data that the learner learns from; returns how many. */
size_t run_datasets(struct dataset_row row[RUN_DATASETS], const struct learner *learner);

#endif
