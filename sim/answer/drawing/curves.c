/* SPDX-License-Identifier: MIT
 * curves.c -- something over time or money: a line for each configuration.
 *
 * Replications evaluate at other times, so their curves are set on one grid, linear between two
 * evaluations, from where the last of them begins to where the last of them ends.  One that has
 * ended keeps its last value: it has learnt that, and will learn no more. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/answer/drawing/series.h"

enum { SERIES, RUN, X, Y, COLUMNS };
enum { GRID = 120 };
static const double told_from = 0.02; /* of a mean: so much later another ended */

/* A run's points: rows first .. first + count, x ascending. */
struct curve {
    const struct rows *rows;
    size_t *row, count, capacity;
};

static double x_of(const struct curve *curve, size_t i)
{
    return rows_number(curve->rows, curve->row[i], X);
}

static double y_of(const struct curve *curve, size_t i)
{
    return rows_number(curve->rows, curve->row[i], Y);
}

/* x from the curve's begin on. */
static double value_at(const struct curve *curve, double x)
{
    size_t low = 0, high = curve->count - 1;

    if (x >= x_of(curve, high))
        return y_of(curve, high);
    while (high - low > 1) {
        size_t middle = (low + high) / 2;

        if (x_of(curve, middle) <= x)
            low = middle;
        else
            high = middle;
    }
    if (x_of(curve, high) == x_of(curve, low))
        return y_of(curve, high);
    return y_of(curve, low) + (y_of(curve, high) - y_of(curve, low)) * (x - x_of(curve, low)) /
                                  (x_of(curve, high) - x_of(curve, low));
}

static void add_points(struct series *series, const struct curve *curve)
{
    for (size_t i = 0; i < curve->count; i++)
        series_add(series, (struct series_point){x_of(curve, i), y_of(curve, i), NAN, 1});
}

/* Where all replications evaluate at the same x (epochs), those; else the grid. */
static bool have_equal_x(const struct curve *curve, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (curve[i].count != curve[0].count)
            return false;
        for (size_t j = 0; j < curve[0].count; j++)
            if (x_of(&curve[i], j) != x_of(&curve[0], j))
                return false;
    }
    return true;
}

/* Returns whether a curve went on after another had ended. */
static bool add_mean(struct series *series, const struct curve *curve, size_t count)
{
    double low = -INFINITY, high = -INFINITY, first_end = INFINITY,
           *y = NEW_ARRAY(double, count);
    bool equal = have_equal_x(curve, count);
    size_t points = equal ? curve[0].count : GRID;

    for (size_t i = 0; i < count; i++) {
        low = fmax(low, x_of(&curve[i], 0));
        high = fmax(high, x_of(&curve[i], curve[i].count - 1));
        first_end = fmin(first_end, x_of(&curve[i], curve[i].count - 1));
    }
    if (!equal && low == high)
        points = 1;
    for (size_t j = 0; j < points; j++) {
        double x = equal ? x_of(curve, j) : low + (high - low) * (double)j / (GRID - 1);
        struct interval mean;

        for (size_t i = 0; i < count; i++)
            y[i] = equal ? y_of(&curve[i], j) : value_at(&curve[i], x);
        mean = interval_of_mean(y, count);
        series_add(series, (struct series_point){x, mean.mean, mean.half, count});
    }
    free(y);
    return first_end < high - told_from * (high - low);
}

/* Rows come run by run. */
static struct curve *curves_of(const struct rows *rows, const struct groups *runs)
{
    struct curve *curve = NEW_ARRAY(struct curve, runs->count + 1);

    for (size_t i = 0; i < rows->count; i++) {
        struct curve *of = &curve[runs->of_row[i]];

        of->rows = rows;
        ROOM_FOR_ONE(of->row, of->count, of->capacity);
        of->row[of->count++] = i;
    }
    return curve;
}

/* Returns whether any mean has curves in it that had ended. */
static bool fill(struct series_set *set, const struct rows *rows, const struct groups *series)
{
    struct groups runs = groups_of(rows, RUN);
    struct curve *curve = curves_of(rows, &runs);
    struct curve *mine = NEW_ARRAY(struct curve, runs.count + 1);
    bool ended = false;

    for (size_t s = 0; s < set->count; s++) {
        size_t count = 0;

        for (size_t i = 0; i < runs.count; i++)
            if (series->of_row[curve[i].row[0]] == s)
                mine[count++] = curve[i];
        if (count == 1)
            add_points(&set->series[s], &mine[0]);
        else if (count > 1)
            ended = add_mean(&set->series[s], mine, count) || ended;
    }
    for (size_t i = 0; i < runs.count; i++)
        free(curve[i].row);
    free(curve);
    free(mine);
    groups_done(&runs);
    return ended;
}

static bool draw(struct drawing *drawing, struct err *err)
{
    const struct rows *rows = drawing->rows;
    struct groups series = groups_of(rows, SERIES);
    struct series_set set = {0};
    bool ok = (rows_are_numbers(rows, X) && rows_are_numbers(rows, Y)) ||
              err_set(err, "%s and %s must be numbers", rows->name[X], rows->name[Y]);

    ok = ok && series_begin(&set, &series, err);
    if (ok) {
        if (fill(&set, rows, &series))
            text_add(&drawing->note, "replications that ended keep their last value");
        drawing_axes(drawing, rows->name[X], rows->name[Y]);
        if (!drawing->log_x && series_range_x(&set).low >= 0)
            text_add(&drawing->script, "set xrange [0:*]\n"); /* time and money begin there */
        if (drawing->log_given) {
            drawing_scale_x(drawing, series_range_x(&set));
            drawing_scale_y(drawing, series_range_y(&set));
        }
        series_plot(&set, SERIES_BANDS, rows->name[X], rows->name[Y], NULL, drawing);
    }
    series_done(&set);
    groups_done(&series);
    return ok;
}

const struct drawing_kind drawing_curves = {
    .name = "curves",
    .doc = "Lines over time or money, with a band of 95 % confidence over replications.",
    .columns = "label, run_id, x, y",
    .column_count = COLUMNS,
    .draw = draw,
};
