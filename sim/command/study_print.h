/* SPDX-License-Identifier: MIT
 * study_print.h -- judged figures as a table for people, as JSON and as CSV. */
#ifndef TRAINCAST_SIM_COMMAND_STUDY_PRINT_H
#define TRAINCAST_SIM_COMMAND_STUDY_PRINT_H

#include "sim/command/study.h"

void study_print(const struct study *study);
void plan_print_json(const struct plan *plan); /* one object */
bool plan_write_csv(const struct plan *plan, const char *path, struct err *err);
bool plan_is_good(const struct plan *plan); /* no verdict is bad */

#endif
