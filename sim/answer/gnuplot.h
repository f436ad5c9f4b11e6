/* SPDX-License-Identifier: MIT
 * gnuplot.h -- runs gnuplot on a script, and the looks that all our pictures share.
 *
 * gnuplot is needed for nothing else: without it there is no picture and a clear word. */
#ifndef TRAINCAST_SIM_ANSWER_GNUPLOT_H
#define TRAINCAST_SIM_ANSWER_GNUPLOT_H

#include "base/err.h"
#include "base/text.h"

/* In pixels of 1/96 inch; a PDF is as large as they say. */
struct gnuplot_size {
    int width, height;
};
/* Adds `set terminal` and `set output` for the path's ending.  False when it is none that can
 * be drawn (.svg, .pdf or .png), or nothing can be written there; if true, gnuplot_run follows.
 */
bool gnuplot_begin(struct text *script, const char *path, struct gnuplot_size size,
                   struct err *err);
bool gnuplot_can_draw(const char *path);
/* text in single quotes, as gnuplot reads it. */
void gnuplot_quote(struct text *script, const char *text);
/* Of the i-th of several things: colours that are told apart by the colour-blind, too (Okabe
 * and Ito).  They come round after GNUPLOT_COLOURS; markers and dashes have other periods. */
enum { GNUPLOT_COLOURS = 7 };
const char *gnuplot_colour(size_t i);
/* The same colours for surfaces, dark and light in turn, so that neighbours differ in a copy
 * without colours, too; *ret_ink (may be NULL): what can be read on it. */
const char *gnuplot_fill(size_t i, const char **ret_ink);
int gnuplot_marker(size_t i);       /* pointtype */
const char *gnuplot_dash(size_t i); /* dashtype */
/* False when it is not installed or failed: then what was at path is still there, else the
 * picture.  Its complaints go to stderr. */
bool gnuplot_run(const struct text *script, const char *path, struct err *err);

#endif
