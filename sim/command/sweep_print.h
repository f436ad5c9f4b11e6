/* SPDX-License-Identifier: MIT
 * sweep_print.h -- what `traincast sweep` shows: progress, points, plan and result. */
#ifndef TRAINCAST_SIM_COMMAND_SWEEP_PRINT_H
#define TRAINCAST_SIM_COMMAND_SWEEP_PRINT_H

#include "sim/sweep/run.h"

struct sweep_print {
    const struct sweep *sweep;
    bool quiet, terminal;
    double shown_s;  /* real time of the last line */
    size_t failures; /* told so far */
};

void sweep_print_begin(struct sweep_print *print);
void sweep_print_end(struct sweep_print *print);
sweep_progress_fn sweep_print_progress; /* arg: struct sweep_print */
sweep_failure_fn sweep_print_failure;

/* Number, name, seed and axes of each point, tab-separated. */
void sweep_print_points(const struct sweep *sweep, const bool *chosen);
void sweep_print_plan(const struct plan *plan, const char *db, bool json);
/* Whether all points are done.  next: what runs those that are left. */
bool sweep_print_result(const struct sweep_run *run, const char *db, bool json,
                        const char *next);

#endif
