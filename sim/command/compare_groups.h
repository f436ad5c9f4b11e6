/* SPDX-License-Identifier: MIT
 * compare_groups.h -- `traincast compare` of two groups of runs, for people and for programs.
 */
#ifndef TRAINCAST_SIM_COMMAND_COMPARE_GROUPS_H
#define TRAINCAST_SIM_COMMAND_COMPARE_GROUPS_H

#include "sim/command/command.h"

/* Is it a condition, rather than the number or the name of a run? */
bool compare_is_condition(const char *typed);
enum exit_code compare_groups(const char *db, const char *a, const char *b,
                              const struct command_options *options);

#endif
