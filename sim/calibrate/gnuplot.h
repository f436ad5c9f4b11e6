/* SPDX-License-Identifier: MIT
 * gnuplot.h -- runs gnuplot on a script. */
#ifndef TRAINCAST_SIM_CALIBRATE_GNUPLOT_H
#define TRAINCAST_SIM_CALIBRATE_GNUPLOT_H

#include "base/err.h"
#include "base/text.h"

/* `set terminal` for the path's ending; NULL when it has none that can be drawn. */
const char *gnuplot_terminal(const char *path);
/* text in single quotes, as gnuplot reads it. */
void gnuplot_quote(struct text *script, const char *text);
/* False when it is not installed or failed; its complaints go to stderr. */
bool gnuplot_run(const struct text *script, struct err *err);

#endif
