/* SPDX-License-Identifier: MIT
 * cdf.c -- how numbers are distributed: the share of them that stays below. */
#include <gsl/gsl_sort_double.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/answer/drawing/series.h"

enum { SERIES, VALUE, COLUMNS };
/* More steps than this only make the file large. */
enum { STEPS_MOST = 1000 };

static void add_steps(struct series *series, double *x, size_t count)
{
    size_t stride = count / STEPS_MOST + 1;

    gsl_sort(x, 1, count);
    series_add(series, (struct series_point){x[0], 0, NAN, count});
    for (size_t i = 0; i < count; i++)
        if (i % stride == stride - 1 || i + 1 == count)
            series_add(series, (struct series_point){x[i], (double)(i + 1) / (double)count, NAN,
                                                     count});
}

static void fill(struct series_set *set, const struct rows *rows, const struct groups *series)
{
    double *x = NEW_ARRAY(double, rows->count);

    for (size_t s = 0; s < set->count; s++) {
        size_t count = 0;

        for (size_t i = 0; i < rows->count; i++)
            if (series->of_row[i] == s)
                x[count++] = rows_number(rows, i, VALUE);
        add_steps(&set->series[s], x, count);
    }
    free(x);
}

static bool draw(struct drawing *drawing, struct err *err)
{
    const struct rows *rows = drawing->rows;
    struct groups series = groups_of(rows, SERIES);
    struct series_set set = {0};
    bool ok =
        rows_are_numbers(rows, VALUE) || err_set(err, "%s must be numbers", rows->name[VALUE]);

    ok = ok && series_begin(&set, &series, err);
    if (ok) {
        fill(&set, rows, &series);
        drawing_axes(drawing, rows->name[VALUE], "share that is not above");
        drawing_scale_x(drawing, series_range_x(&set));
        text_add(&drawing->script, "set yrange [0:1]\n");
        series_plot(&set, SERIES_STEPS, rows->name[VALUE], "share", NULL, drawing);
    }
    series_done(&set);
    groups_done(&series);
    return ok;
}

const struct drawing_kind drawing_cdf = {
    .name = "cdf",
    .doc = "The empirical distribution: the share of the numbers that is not above each.",
    .columns = "label, value",
    .column_count = COLUMNS,
    .draw = draw,
};
