/* SPDX-License-Identifier: MIT
 * calibrate_print.h -- what was fitted, how well, and to what: for people, or one JSON object.
 */
#ifndef TRAINCAST_SIM_COMMAND_CALIBRATE_PRINT_H
#define TRAINCAST_SIM_COMMAND_CALIBRATE_PRINT_H

#include "sim/calibrate/channel_fit.h"
#include "sim/calibrate/compute_fit.h"

/* What a fit is about and where it went; out, plot: NULL when there is none. */
struct calibrate_about {
    const char *name, *csv, *out, *plot;
};

void calibrate_channel_text(const struct calibrate_about *about, const struct channel_fit *fit);
void calibrate_channel_json(const struct calibrate_about *about, const struct channel_fit *fit);
void calibrate_compute_text(const struct calibrate_about *about, const struct compute_fit *fit);
void calibrate_compute_json(const struct calibrate_about *about, const struct compute_fit *fit);

#endif
