/* SPDX-License-Identifier: MIT
 * points.c -- configurations between time and money, and the frontier that no other beats. */
#include <math.h>

#include "sim/answer/drawing/drawing.h"
#include "sim/answer/gnuplot.h"
#include "sim/answer/table.h"

enum { LABEL, X, Y, ON_FRONTIER, COLUMNS };
/* With more points the labels would stand on each other. */
enum { LABELLED_MOST = 12, ALL_LABELLED_MOST = 8 };

static bool is_on_frontier(const struct rows *rows, size_t row)
{
    return rows_number(rows, row, ON_FRONTIER) > 0;
}

static void add_block(struct text *script, const struct rows *rows, bool frontier)
{
    text_add(script, "$%s << end\n", frontier ? "frontier" : "others");
    for (size_t i = 0; i < rows->count; i++)
        if (is_on_frontier(rows, i) == frontier)
            text_add(script, "%.9g %.9g\n", rows_number(rows, i, X), rows_number(rows, i, Y));
    text_add(script, "end\n");
}

/* On the side where there is room. */
static void add_label(struct text *script, const struct rows *rows, size_t row,
                      struct drawing_range x)
{
    double at = rows_number(rows, row, X);
    bool left = at - x.low > 0.6 * (x.high - x.low);

    text_add(script, "set label ");
    gnuplot_quote(script, rows_text(rows, row, LABEL));
    text_add(script, " at %.9g,%.9g %s offset %s,0.5 noenhanced font ',11'%s\n", at,
             rows_number(rows, row, Y), left ? "right" : "left", left ? "-0.7" : "0.7",
             is_on_frontier(rows, row) ? "" : " textcolor rgb '#606060'");
}

static void add_labels(struct text *script, const struct rows *rows)
{
    struct drawing_range x = drawing_range_of(rows, X);
    size_t frontier = 0;

    for (size_t i = 0; i < rows->count; i++)
        frontier += is_on_frontier(rows, i);
    for (size_t i = 0; i < rows->count; i++)
        if (rows->count <= ALL_LABELLED_MOST ||
            (is_on_frontier(rows, i) && frontier <= LABELLED_MOST))
            add_label(script, rows, i, x);
}

static void write_data(const struct rows *rows, struct text *out)
{
    char x[32], y[32];

    text_add(out, "label,%s,%s,on_frontier\n", rows->name[X], rows->name[Y]);
    for (size_t i = 0; i < rows->count; i++) {
        table_exact(rows_number(rows, i, X), x);
        table_exact(rows_number(rows, i, Y), y);
        text_add(out, "\"%s\",%s,%s,%d\n", rows_text(rows, i, LABEL), x, y,
                 is_on_frontier(rows, i));
    }
}

static bool draw(struct drawing *drawing, struct err *err)
{
    const struct rows *rows = drawing->rows;
    struct text *script = &drawing->script;

    if (!rows_are_numbers(rows, X) || !rows_are_numbers(rows, Y) ||
        !rows_are_numbers(rows, ON_FRONTIER))
        return err_set(err, "%s and %s must be numbers", rows->name[X], rows->name[Y]);
    drawing_axes(drawing, rows->name[X], rows->name[Y]);
    drawing_scale_x(drawing, drawing_range_of(rows, X));
    drawing_scale_y(drawing, drawing_range_of(rows, Y));
    add_block(script, rows, true);
    add_block(script, rows, false);
    add_labels(script, rows);
    text_add(
        script,
        "plot $others using 1:2 with points pointtype 6 pointsize 0.9 linewidth 1.5 "
        "linecolor rgb '#707070' title 'beaten', $frontier using 1:2 with steps linewidth 2 "
        "linecolor rgb '%s' notitle, $frontier using 1:2 with points pointtype 7 pointsize "
        "1.1 linecolor rgb '%s' title 'on the frontier'\n",
        gnuplot_colour(0), gnuplot_colour(0));
    write_data(rows, &drawing->data);
    return true;
}

const struct drawing_kind drawing_points = {
    .name = "points",
    .doc =
        "Points between two measures, and the frontier of those that no other beats in both.",
    .columns = "label, x, y, on_frontier",
    .column_count = COLUMNS,
    .draw = draw,
};
