/* SPDX-License-Identifier: MIT
 * series.h -- lines of a drawing: points with a name and, over replications, an interval. */
#ifndef TRAINCAST_SIM_ANSWER_DRAWING_SERIES_H
#define TRAINCAST_SIM_ANSWER_DRAWING_SERIES_H

#include <stddef.h>

#include "sim/answer/drawing/drawing.h"
#include "sim/answer/interval.h"

struct series_point {
    double x, y;
    double half; /* of the interval of 95 %; NaN: none */
    size_t count;
};
struct series {
    const char *name; /* borrowed */
    struct series_point *point;
    size_t count, capacity;
};
struct series_set {
    struct series *series;
    size_t count;
};

enum series_style {
    SERIES_BANDS, /* lines with markers, the interval as a band */
    SERIES_BARS,  /* lines with markers, the interval as error bars */
    SERIES_STEPS,
};

/* One series for each group, without points; false when they are too many. */
bool series_begin(struct series_set *set, const struct groups *groups, struct err *err);
void series_add(struct series *series, struct series_point point);
/* Above so many lines their bands would be one grey: they are left out, with a note. */
enum { SERIES_BANDS_MOST = 6 };
/* Writes the script from `plot` on, and the csv.  x_names: what stands at x = 0, 1, 2 ...;
 * NULL: numbers. */
void series_plot(const struct series_set *set, enum series_style style, const char *x,
                 const char *y, const struct groups *x_names, struct drawing *drawing);
struct drawing_range series_range_x(const struct series_set *set);
struct drawing_range series_range_y(const struct series_set *set);
void series_done(struct series_set *set);

#endif
