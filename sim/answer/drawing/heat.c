/* SPDX-License-Identifier: MIT
 * heat.c -- a measure over two settings: a cell for each pair of values, the number in it.
 *
 * White to dark blue: the order is seen by lightness alone. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/answer/drawing/drawing.h"
#include "sim/answer/gnuplot.h"
#include "sim/answer/table.h"

enum { X, Y, VALUE, COLUMNS };
enum { CELLS_MOST = 40, WRITTEN_MOST = 12 };

struct scale {
    struct groups groups;
    size_t *place; /* of a group: its rank, by number where they are numbers */
};

struct ranked {
    double number;
    size_t group;
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *s = a, *t = b;

    return (s->number > t->number) - (s->number < t->number);
}

static struct scale scale_of(const struct rows *rows, int column)
{
    struct scale scale = {.groups = groups_of(rows, column)};
    struct ranked *ranked = NEW_ARRAY(struct ranked, scale.groups.count);

    scale.place = NEW_ARRAY(size_t, scale.groups.count);
    for (size_t i = 0; i < rows->count; i++)
        ranked[scale.groups.of_row[i]] =
            (struct ranked){rows_are_numbers(rows, column) ? rows_number(rows, i, column)
                                                           : (double)scale.groups.of_row[i],
                            scale.groups.of_row[i]};
    qsort(ranked, scale.groups.count, sizeof *ranked, compare_ranked);
    for (size_t i = 0; i < scale.groups.count; i++)
        scale.place[ranked[i].group] = i;
    free(ranked);
    return scale;
}

static void scale_done(struct scale *scale)
{
    groups_done(&scale->groups);
    free(scale->place);
}

static void add_tics(struct text *script, const char *axis, const struct scale *scale)
{
    text_add(script, "set %srange [-0.5:%g]\nset %stics (", axis,
             (double)scale->groups.count - 0.5, axis);
    for (size_t i = 0; i < scale->groups.count; i++) {
        text_add(script, "%s", i ? ", " : "");
        gnuplot_quote(script, scale->groups.name[i]);
        text_add(script, " %zu", scale->place[i]);
    }
    text_add(script, ") noenhanced\n");
}

static void add_cells(struct text *script, const struct rows *rows, const struct scale *x,
                      const struct scale *y)
{
    struct drawing_range range = drawing_range_of(rows, VALUE);
    double middle = (range.low + range.high) / 2;

    text_add(script, "$cells << end\n");
    for (size_t i = 0; i < rows->count; i++)
        text_add(script, "%zu %zu %.9g\n", x->place[x->groups.of_row[i]],
                 y->place[y->groups.of_row[i]], rows_number(rows, i, VALUE));
    text_add(script,
             "end\nset palette defined (0 '#F2F7FB', 1 '#004B7A')\n"
             "set style fill solid 1.0 noborder\nunset grid\nunset key\n"
             "plot $cells using 1:2:($1-0.5):($1+0.5):($2-0.5):($2+0.5):3 with boxxyerror "
             "linecolor palette");
    if (x->groups.count <= WRITTEN_MOST && y->groups.count <= WRITTEN_MOST)
        text_add(script,
                 ", $cells using 1:2:($3 < %.9g ? sprintf('%%.4g', $3) : '') with labels font "
                 "',11' textcolor rgb 'black', $cells using 1:2:($3 < %.9g ? '' : "
                 "sprintf('%%.4g', $3)) with labels font ',11' textcolor rgb 'white'",
                 middle, middle);
    text_add(script, "\n");
}

static void write_data(const struct rows *rows, struct text *out)
{
    char digits[32];

    text_add(out, "\"%s\",\"%s\",%s\n", rows->name[X], rows->name[Y], rows->name[VALUE]);
    for (size_t i = 0; i < rows->count; i++) {
        table_exact(rows_number(rows, i, VALUE), digits);
        text_add(out, "\"%s\",\"%s\",%s\n", rows_text(rows, i, X), rows_text(rows, i, Y),
                 digits);
    }
}

static bool draw(struct drawing *drawing, struct err *err)
{
    const struct rows *rows = drawing->rows;
    struct scale x = scale_of(rows, X), y = scale_of(rows, Y);
    struct text heading = {0};
    bool ok =
        rows_are_numbers(rows, VALUE) || err_set(err, "%s must be numbers", rows->name[VALUE]);

    if (ok && (x.groups.count > CELLS_MOST || y.groups.count > CELLS_MOST))
        ok = err_set(err, "%zu by %zu cells are too many: choose runs with --where",
                     x.groups.count, y.groups.count);
    if (ok) {
        drawing_axes(drawing, rows->name[X], rows->name[Y]);
        drawing_room_for_names(drawing, y.groups.name, y.groups.count, true);
        table_heading(rows->name[VALUE], &heading);
        text_add(&drawing->script, "set cblabel ");
        gnuplot_quote(&drawing->script, heading.chars);
        text_add(&drawing->script, " noenhanced offset 1.5\nset rmargin 11\n");
        add_tics(&drawing->script, "x", &x);
        add_tics(&drawing->script, "y", &y);
        add_cells(&drawing->script, rows, &x, &y);
        write_data(rows, &drawing->data);
    }
    text_done(&heading);
    scale_done(&x);
    scale_done(&y);
    return ok;
}

const struct drawing_kind drawing_heat = {
    .name = "heat",
    .doc = "A cell for each pair of values of two settings, coloured by the measure.",
    .columns = "x, y, measure",
    .column_count = COLUMNS,
    .draw = draw,
};
