/* SPDX-License-Identifier: MIT
 * clock.h -- the real world's time and load, for progress and provenance only.
 *
 * Nothing simulated may depend on these: they end in the database's table of wall-clock
 * columns. */
#ifndef TRAINCAST_SIM_SWEEP_CLOCK_H
#define TRAINCAST_SIM_SWEEP_CLOCK_H

#include <stddef.h>
#include <stdint.h>

double clock_wall_s(void);              /* since some moment in the past, never backwards */
void clock_utc(char *out, size_t size); /* "2021-01-31T12:00:00Z" */
int64_t clock_peak_memory_bytes(void);  /* of this process, so far */

#endif
