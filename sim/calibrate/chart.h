/* SPDX-License-Identifier: MIT
 * chart.h -- measurements, what was fitted to them, and the residuals, as a picture.
 *
 * Drawn by gnuplot, which is not needed for anything else: without it there is no picture and a
 * clear word. */
#ifndef TRAINCAST_SIM_CALIBRATE_CHART_H
#define TRAINCAST_SIM_CALIBRATE_CHART_H

#include "base/err.h"
#include "sim/calibrate/channel_fit.h"
#include "sim/calibrate/compute_fit.h"

/* Whether path ends in a format that can be drawn: .svg, .png or .pdf. */
bool chart_can_be(const char *path);
/* title: of the picture; path: .svg, .png or .pdf. */
bool chart_of_channel(const char *path, const char *title, const struct channel_fit *fit,
                      struct err *err);
bool chart_of_compute(const char *path, const char *title, const struct compute_fit *fit,
                      struct err *err);

#endif
