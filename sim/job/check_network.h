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

#endif
