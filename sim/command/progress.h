/* SPDX-License-Identifier: MIT
 * progress.h -- one status line on a terminal, a plain line now and then in a log; on stderr.
 */
#ifndef TRAINCAST_SIM_COMMAND_PROGRESS_H
#define TRAINCAST_SIM_COMMAND_PROGRESS_H

#include <stdbool.h>

#include "sim/job/run.h"

struct progress {
    bool quiet, terminal, shown;
    double begun_s, last_s; /* real time */
};

void progress_init(struct progress *progress, bool quiet);
void progress_show(void *progress, const struct run_progress *now); /* a run_progress_fn */
void progress_end(struct progress *progress);                       /* clears the line */

#endif
