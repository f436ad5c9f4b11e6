/* SPDX-License-Identifier: MIT
 * timeline.h -- one run as a timeline that other programs show.
 *
 *     trace   Chrome's JSON, for ui.perfetto.dev and chrome://tracing: a track for each entity
 * and lane with its spans, one for its function's invocations, marks for misfortunes, curves of
 * loss and money.  Whole nanoseconds; on a track spans are apart or strictly within one another
 * (one that is not gets a track of its own). paje    the format of SimGrid's users (Vite,
 * PajeNG): the same entities and spans.
 *
 * What there is to show is what the run recorded: the critical path, or everybody with
 * record: {spans: all}. */
#ifndef TRAINCAST_SIM_ANSWER_TIMELINE_H
#define TRAINCAST_SIM_ANSWER_TIMELINE_H

#include <stdio.h>

#include "sim/results/results.h"

bool timeline_trace(const struct results *results, int64_t run_id, FILE *out, struct err *err);
bool timeline_paje(const struct results *results, int64_t run_id, FILE *out, struct err *err);

#endif
