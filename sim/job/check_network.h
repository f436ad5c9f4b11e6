/* SPDX-License-Identifier: MIT
 * check_network.h -- what no table can say about the settings of channels and links. */
#ifndef TRAINCAST_SIM_JOB_CHECK_NETWORK_H
#define TRAINCAST_SIM_JOB_CHECK_NETWORK_H

#include "base/diag.h"
#include "sim/scenario/scenario.h"

/* One channel's own settings; path: where they stand, "job.store". */
void job_check_channel(const struct scenario *scenario, const struct choice *channel,
                       const char *path, struct diag_list *diags);
void job_check_network(const struct scenario *scenario, struct diag_list *diags);
/* Messages of so many bytes over channel main, or over links, that would be lost and sent again
 * for ever; 0: whatever their size. */
void job_check_passage(const struct scenario *scenario, int64_t bytes, struct diag_list *diags);

/* Who sends what over channel main, of a job that knows it before it runs. */
struct job_messages {
    /* How many messages worker `from` sends worker `to` in a round, counted from 1. */
    int64_t (*count)(const struct job_messages *messages, int64_t round, int from, int to);
    int64_t rounds; /* that the run has at most; 0: not known */
};
/* Whether a script of losses names messages that are never sent. */
void job_check_messages(const struct scenario *scenario, const struct job_messages *messages,
                        struct diag_list *diags);

#endif
