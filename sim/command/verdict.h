/* SPDX-License-Identifier: MIT
 * verdict.h -- where the time and the money of a run went, in a sentence each. */
#ifndef TRAINCAST_SIM_COMMAND_VERDICT_H
#define TRAINCAST_SIM_COMMAND_VERDICT_H

#include "sim/job/run.h"

/* "to compute, 70.0 % of the critical path: ..."; "" when no time passed or nothing was paid.
 */
void verdict_time(const struct run *run, char *out, size_t size);
void verdict_money(const struct run *run, char *out, size_t size);

#endif
