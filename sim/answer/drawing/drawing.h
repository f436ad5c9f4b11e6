/* SPDX-License-Identifier: MIT
 * drawing.h -- ways in which an answer is drawn.
 *
 * A question says how its answer is drawn ("-- draw: curves"); the drawing takes the answer's
 * columns by their place, names the axes after them, and makes two things: a script for
 * gnuplot, and the numbers that are drawn as csv, which is there without gnuplot, too.  To add
 * one: write yours.c (start from cdf.c), add its line to list.h, run `ctest -R plot`. */
#ifndef TRAINCAST_SIM_ANSWER_DRAWING_DRAWING_H
#define TRAINCAST_SIM_ANSWER_DRAWING_DRAWING_H

#include "base/err.h"
#include "base/text.h"
#include "sim/answer/rows.h"

/* More lines than this cannot be told apart. */
enum { DRAWING_SERIES_MOST = 21 };

struct drawing {
    const struct rows *rows; /* borrowed, at least one */
    const char *title;       /* "": none */
    bool log_given;          /* else the drawing decides by the numbers */
    bool log_x, log_y;       /* if given */
    int width, height;       /* pixels; a drawing may change height where it was not given */
    bool size_given;
    struct text script, data; /* out: without terminal and output; csv */
    struct text note;         /* out: what the figure leaves out or adds; empty: nothing */
};

struct drawing_kind {
    const char *name;
    const char *doc;     /* what it shows */
    const char *columns; /* which columns it takes, for a message */
    int column_count;
    bool (*draw)(struct drawing *drawing, struct err *err);
};
extern const struct drawing_kind *const drawing_kinds[]; /* ends in NULL */
const struct drawing_kind *drawing_find(const char *name);
/* False with a sentence when the rows are not what the kind takes. */
bool drawing_draw(const struct drawing_kind *kind, struct drawing *drawing, struct err *err);
void drawing_done(struct drawing *drawing);

/* -- for the kinds ------------------------------------------------------------------------ */

/* Title, axes with the headings of those columns, a grid, the key where it fits. */
void drawing_axes(struct drawing *drawing, const char *x, const char *y);
/* Puts the note into the figure's corner. */
void drawing_show_note(struct drawing *drawing);
/* A logarithm where the numbers differ by more than twenty times, unless it was said. */
struct drawing_range {
    double low, high;
};
void drawing_scale_x(struct drawing *drawing, struct drawing_range range);
void drawing_scale_y(struct drawing *drawing, struct drawing_range range);
/* A left margin for names at the y axis. */
void drawing_room_for_names(struct drawing *drawing, const char *const *name, size_t count,
                            bool with_label);
struct drawing_range drawing_range_of(const struct rows *rows, int column);

#endif
