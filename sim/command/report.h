/* SPDX-License-Identifier: MIT
 * report.h -- the end of a run on stdout: for people, or one JSON object. */
#ifndef TRAINCAST_SIM_COMMAND_REPORT_H
#define TRAINCAST_SIM_COMMAND_REPORT_H

#include <stdint.h>

#include "sim/job/run.h"

/* db NULL: it could not be written. */
void report_text(const struct run *run, int64_t run_id, const char *db, double wall_s);
void report_json(const struct run *run, int64_t run_id, const char *db, double wall_s);

#endif
