/* SPDX-License-Identifier: MIT
 * series.c -- see series.h. */
#include "sim/answer/drawing/series.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/answer/gnuplot.h"
#include "sim/answer/table.h"

/* A line with more points has markers at some of them only. */
enum { MARKERS_MOST = 15 };
/* The key of more lines takes the figure's place: it grows. */
enum { KEY_MOST = 6, KEY_PIXELS = 20 };

bool series_begin(struct series_set *set, const struct groups *groups, struct err *err)
{
    if (groups->count > DRAWING_SERIES_MOST)
        return err_set(
            err,
            "%zu lines cannot be told apart: choose runs with --where, or what tells "
            "them apart with --by",
            groups->count);
    set->count = groups->count;
    set->series = NEW_ARRAY(struct series, groups->count + 1);
    for (size_t i = 0; i < groups->count; i++)
        set->series[i].name = groups->name[i];
    return true;
}

void series_add(struct series *series, struct series_point point)
{
    ROOM_FOR_ONE(series->point, series->count, series->capacity);
    series->point[series->count++] = point;
}

void series_done(struct series_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        free(set->series[i].point);
    free(set->series);
    *set = (struct series_set){0};
}

struct drawing_range series_range_x(const struct series_set *set)
{
    struct drawing_range range = {INFINITY, -INFINITY};

    for (size_t i = 0; i < set->count; i++)
        for (size_t j = 0; j < set->series[i].count; j++) {
            range.low = fmin(range.low, set->series[i].point[j].x);
            range.high = fmax(range.high, set->series[i].point[j].x);
        }
    return range;
}

struct drawing_range series_range_y(const struct series_set *set)
{
    struct drawing_range range = {INFINITY, -INFINITY};

    for (size_t i = 0; i < set->count; i++)
        for (size_t j = 0; j < set->series[i].count; j++) {
            const struct series_point *point = &set->series[i].point[j];
            double half = isnan(point->half) ? 0 : point->half;

            range.low = fmin(range.low, point->y - half);
            range.high = fmax(range.high, point->y + half);
        }
    return range;
}

/* -- csv -------------------------------------------------------------------------------------
 */
static void add_csv(struct text *out, const char *text)
{
    text_add(out, "\"");
    for (; *text; text++)
        text_add(out, *text == '"' ? "\"\"" : "%c", *text);
    text_add(out, "\"");
}

static void add_number(struct text *out, double number)
{
    char digits[32] = "";

    if (!isnan(number))
        table_exact(number, digits);
    text_add(out, ",%s", digits);
}

static void write_data(const struct series_set *set, const char *x, const char *y,
                       const struct groups *x_names, struct text *out)
{
    text_add(out, "series,%s,%s,low,high,runs\n", x, y);
    for (size_t i = 0; i < set->count; i++)
        for (size_t j = 0; j < set->series[i].count; j++) {
            const struct series_point *point = &set->series[i].point[j];

            add_csv(out, set->series[i].name);
            if (x_names) {
                text_add(out, ",");
                add_csv(out, x_names->name[(size_t)point->x]);
            } else {
                add_number(out, point->x);
            }
            add_number(out, point->y);
            add_number(out, point->y - point->half);
            add_number(out, point->y + point->half);
            text_add(out, ",%zu\n", point->count);
        }
}

/* -- the script ------------------------------------------------------------------------------
 */
static bool has_interval(const struct series *series)
{
    for (size_t i = 0; i < series->count; i++)
        if (series->point[i].half > 0)
            return true;
    return false;
}

static size_t count_intervals(const struct series_set *set)
{
    size_t count = 0;

    for (size_t i = 0; i < set->count; i++)
        count += has_interval(&set->series[i]);
    return count;
}

static void add_blocks(struct text *script, const struct series_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        text_add(script, "$series%zu << end\n", i);
        for (size_t j = 0; j < set->series[i].count; j++) {
            const struct series_point *point = &set->series[i].point[j];
            double half = isnan(point->half) ? 0 : point->half;

            text_add(script, "%.9g %.9g %.9g %.9g\n", point->x, point->y, point->y - half,
                     point->y + half);
        }
        text_add(script, "end\n");
    }
}

static void add_line(struct text *script, const struct series *series, size_t i,
                     enum series_style style)
{
    size_t every = series->count / MARKERS_MOST + 1;

    text_add(script, "$series%zu using 1:2 with %s linewidth 2 dashtype %s linecolor rgb '%s'",
             i, style == SERIES_STEPS ? "steps" : "linespoints", gnuplot_dash(i),
             gnuplot_colour(i));
    if (style != SERIES_STEPS)
        text_add(script, " pointtype %d pointsize 0.7 pointinterval %zu", gnuplot_marker(i),
                 every);
    text_add(script, " title ");
    gnuplot_quote(script, series->name);
}

static void add_interval(struct text *script, size_t i, enum series_style style)
{
    if (style == SERIES_BANDS)
        text_add(script,
                 "$series%zu using 1:3:4 with filledcurves linecolor rgb '%s' fillstyle "
                 "transparent solid 0.2 noborder notitle, ",
                 i, gnuplot_colour(i));
    else
        text_add(script,
                 "$series%zu using 1:2:3:4 with yerrorbars linewidth 1.5 pointtype 0 "
                 "linecolor rgb '%s' notitle, ",
                 i, gnuplot_colour(i));
}

static void add_x_names(struct text *script, const struct groups *x_names)
{
    text_add(script, "set xrange [-0.5:%g]\nset xtics (", (double)x_names->count - 0.5);
    for (size_t i = 0; i < x_names->count; i++) {
        text_add(script, "%s", i ? ", " : "");
        gnuplot_quote(script, x_names->name[i]);
        text_add(script, " %zu", i);
    }
    text_add(script, ") noenhanced\n");
}

void series_plot(const struct series_set *set, enum series_style style, const char *x,
                 const char *y, const struct groups *x_names, struct drawing *drawing)
{
    struct text *script = &drawing->script;
    bool begun = false, intervals = style != SERIES_STEPS;

    if (style == SERIES_BANDS && count_intervals(set) > SERIES_BANDS_MOST) {
        intervals = false;
        text_add(&drawing->note, "%sno bands of confidence: too many lines",
                 drawing->note.length ? "; " : "");
    }
    drawing_show_note(drawing);
    if (!drawing->size_given && set->count > KEY_MOST)
        drawing->height += KEY_PIXELS * (int)(set->count - KEY_MOST);
    if (x_names)
        add_x_names(script, x_names);
    if (set->count == 1)
        text_add(script, "unset key\n");
    add_blocks(script, set);
    text_add(script, "plot ");
    for (size_t i = 0; i < set->count; i++) {
        if (!set->series[i].count)
            continue;
        text_add(script, "%s", begun ? ", " : "");
        begun = true;
        if (intervals && has_interval(&set->series[i]))
            add_interval(script, i, style); /* behind the line */
        add_line(script, &set->series[i], i, style);
    }
    text_add(script, "\n");
    write_data(set, x, y, x_names, &drawing->data);
}
