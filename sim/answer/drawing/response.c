/* SPDX-License-Identifier: MIT
 * response.c -- a measure over a setting: means with intervals where there are replications. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/answer/drawing/series.h"

enum { SERIES, X, Y, COLUMNS };

struct sample {
    double x, y;
};

static int compare_samples(const void *a, const void *b)
{
    const struct sample *s = a, *t = b;

    return (s->x > t->x) - (s->x < t->x);
}

/* Samples are sorted by x: one point for each x. */
static void add_points(struct series *series, struct sample *sample, size_t count)
{
    double *y = NEW_ARRAY(double, count + 1);

    qsort(sample, count, sizeof *sample, compare_samples);
    for (size_t i = 0, end; i < count; i = end) {
        struct interval mean;

        for (end = i; end < count && sample[end].x == sample[i].x; end++)
            y[end - i] = sample[end].y;
        mean = interval_of_mean(y, end - i);
        series_add(series, (struct series_point){sample[i].x, mean.mean, mean.half, end - i});
    }
    free(y);
}

/* x_names: words at the axis instead of numbers; NULL: numbers. */
static void fill(struct series_set *set, const struct rows *rows, const struct groups *series,
                 const struct groups *x_names)
{
    struct sample *sample = NEW_ARRAY(struct sample, rows->count);

    for (size_t s = 0; s < set->count; s++) {
        size_t count = 0;

        for (size_t i = 0; i < rows->count; i++)
            if (series->of_row[i] == s)
                sample[count++] = (struct sample){x_names ? (double)x_names->of_row[i]
                                                          : rows_number(rows, i, X),
                                                  rows_number(rows, i, Y)};
        add_points(&set->series[s], sample, count);
    }
    free(sample);
}

static bool draw(struct drawing *drawing, struct err *err)
{
    const struct rows *rows = drawing->rows;
    struct groups series = groups_of(rows, SERIES), words = groups_of(rows, X);
    const struct groups *x_names = rows_are_numbers(rows, X) ? NULL : &words;
    struct series_set set = {0};
    bool ok = rows_are_numbers(rows, Y) || err_set(err, "%s must be numbers", rows->name[Y]);

    ok = ok && series_begin(&set, &series, err);
    if (ok) {
        fill(&set, rows, &series, x_names);
        drawing_axes(drawing, rows->name[X], rows->name[Y]);
        if (!x_names)
            drawing_scale_x(drawing, series_range_x(&set));
        drawing_scale_y(drawing, series_range_y(&set));
        series_plot(&set, SERIES_BARS, rows->name[X], rows->name[Y], x_names, drawing);
    }
    series_done(&set);
    groups_done(&series);
    groups_done(&words);
    return ok;
}

const struct drawing_kind drawing_response = {
    .name = "response",
    .doc = "A measure over a setting, with intervals of 95 % confidence over replications.",
    .columns = "label, x, y",
    .column_count = COLUMNS,
    .draw = draw,
};
