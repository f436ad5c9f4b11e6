/* SPDX-License-Identifier: MIT
 * drawing.c -- the registry of drawings, and what they share; see drawing.h. */
#include "sim/answer/drawing/drawing.h"

#include <math.h>
#include <string.h>

#include "sim/answer/gnuplot.h"
#include "sim/answer/table.h"

#define DRAWING(name_) extern const struct drawing_kind drawing_##name_;
#include "sim/answer/drawing/list.h"
#undef DRAWING

const struct drawing_kind *const drawing_kinds[] = {
#define DRAWING(name_) &drawing_##name_,
#include "sim/answer/drawing/list.h"
#undef DRAWING
    NULL,
};

/* Numbers that differ by more are drawn on a logarithmic axis. */
static const double logarithmic_from = 20;

const struct drawing_kind *drawing_find(const char *name)
{
    for (const struct drawing_kind *const *kind = drawing_kinds; *kind; kind++)
        if (strcmp((*kind)->name, name) == 0)
            return *kind;
    return NULL;
}

bool drawing_draw(const struct drawing_kind *kind, struct drawing *drawing, struct err *err)
{
    if (drawing->rows->columns < kind->column_count)
        return err_set(err, "to draw %s it takes the columns %s", kind->name, kind->columns);
    return kind->draw(drawing, err);
}

void drawing_done(struct drawing *drawing)
{
    text_done(&drawing->script);
    text_done(&drawing->data);
    text_done(&drawing->note);
}

/* -- axes ------------------------------------------------------------------------------------
 */
static void add_label(struct text *script, const char *axis, const char *column)
{
    struct text heading = {0};

    if (!column)
        return;
    table_heading(column, &heading);
    text_add(script, "set %slabel ", axis);
    gnuplot_quote(script, heading.chars ? heading.chars : "");
    text_add(script, " noenhanced\n");
    text_done(&heading);
}

void drawing_axes(struct drawing *drawing, const char *x, const char *y)
{
    struct text *script = &drawing->script;

    if (drawing->title && *drawing->title) {
        text_add(script, "set title ");
        gnuplot_quote(script, drawing->title);
        text_add(script, " noenhanced\n");
    }
    add_label(script, "x", x);
    add_label(script, "y", y);
    text_add(script,
             "set encoding utf8\nset border 3 linewidth 1\nset tics nomirror out\n"
             "set grid xtics ytics back linetype 1 linewidth 0.5 linecolor rgb '#D0D0D0'\n"
             "set key outside top left horizontal Left reverse noenhanced samplen 3 width 2 "
             "height 0.4\nset format '%%g'\nset rmargin 4\n"); /* the last number's half */
}

void drawing_show_note(struct drawing *drawing)
{
    struct text *script = &drawing->script;

    if (!drawing->note.length)
        return;
    text_add(script, "set bmargin 5\nset label ");
    gnuplot_quote(script, drawing->note.chars);
    text_add(script, " at screen 0.99,0.025 right noenhanced font ',10' textcolor rgb "
                     "'#505050'\n");
}

struct drawing_range drawing_range_of(const struct rows *rows, int column)
{
    struct drawing_range range = {INFINITY, -INFINITY};

    for (size_t i = 0; i < rows->count; i++) {
        range.low = fmin(range.low, rows_number(rows, i, column));
        range.high = fmax(range.high, rows_number(rows, i, column));
    }
    return range;
}

/* gnuplot takes letters for narrower than they are. */
void drawing_room_for_names(struct drawing *drawing, const char *const *name, size_t count,
                            bool with_label)
{
    size_t longest = 0;

    for (size_t i = 0; i < count; i++)
        longest = strlen(name[i]) > longest ? strlen(name[i]) : longest;
    text_add(&drawing->script, "set lmargin %g\n",
             (double)longest * 1.05 + (with_label ? 5 : 3));
}

/* The powers of ten alone would leave an axis of one decade with one number on it. */
static void add_logarithm(struct text *script, char axis, struct drawing_range range)
{
    text_add(script, "set logscale %c\nset m%ctics 9\n", axis, axis);
    if (range.high < 300 * range.low) {
        double decade = pow(10, floor(log10(range.low)));

        text_add(script, "set %ctics (", axis);
        for (int i = 0; decade <= 10 * range.high; decade *= 10)
            for (int step = 1; step < 10; step = 2 * step + (step == 2), i++) /* 1, 2, 5 */
                text_add(script, "%s'%.6g' %.6g", i ? ", " : "", step * decade, step * decade);
        text_add(script, ")\n");
    }
}

static void scale(struct drawing *drawing, char axis, struct drawing_range range, bool asked)
{
    bool logarithmic = range.low > 0 &&
                       (drawing->log_given ? asked : range.high > logarithmic_from * range.low);

    if (logarithmic)
        add_logarithm(&drawing->script, axis, range);
    if (logarithmic)
        text_add(&drawing->script, "set %crange [%.9g:%.9g]\n", axis,
                 range.low / pow(range.high / range.low, 0.06),
                 range.high * pow(range.high / range.low, 0.06));
}

void drawing_scale_x(struct drawing *drawing, struct drawing_range range)
{
    scale(drawing, 'x', range, drawing->log_x);
}

void drawing_scale_y(struct drawing *drawing, struct drawing_range range)
{
    scale(drawing, 'y', range, drawing->log_y);
}
