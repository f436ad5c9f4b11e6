/* SPDX-License-Identifier: MIT
 * search.h -- what the files of job kind `search` share: search.c (the job), search_check.c
 * (its values, and what can be wrong with them). */
#ifndef TRAINCAST_SIM_JOB_SEARCH_H
#define TRAINCAST_SIM_JOB_SEARCH_H

#include "sim/job/training.h"

enum { TRIALS_MOST = 10000 };

struct search_conf {
    struct data_parallel_conf training; /* first: the conf of the job that each trial is */
    char *key, *values;                 /* values: "0.1, 0.2" */
    int64_t at_once;                    /* 0: all */
};

extern const struct job_kind job_data_parallel;

int search_trials(const struct search_conf *conf);
/* How many of them run beside each other. */
int64_t search_lanes(const struct search_conf *conf);
/* The value with that number as "KEY=VALUE", free() it; NULL: there are not so many. */
char *search_setting(const struct search_conf *conf, int number);
/* The same as a number; NaN: it is none. */
double search_value(const struct search_conf *conf, int number);
/* Whether all trials learn from the same rows. */
bool search_same_rows(const struct search_conf *conf);
void search_check(const struct scenario *scenario, const struct learner *learner,
                  struct diag_list *diags);

#endif
