/* SPDX-License-Identifier: MIT
 * stack.c -- a whole in its parts: a bar for each configuration, with the larger shares written
 * into it, so that a copy without colours can be read, too. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/answer/drawing/drawing.h"
#include "sim/answer/gnuplot.h"
#include "sim/answer/table.h"

enum { LABEL, PART, SIZE, COLUMNS };
enum { BARS_MOST = 40, BAR_PIXELS = 34, FRAME_PIXELS = 130 };
enum { SHARE_PIXELS = 42, LETTER_PIXELS = 9, RIGHT_PIXELS = 40, LEAST_PIXELS = 100 };

struct bars {
    const struct rows *rows;
    struct groups label, part;
    double *size; /* [labels][parts] */
    double longest;
    double written_from; /* a size that has room for its share */
};

static double *size_of(const struct bars *bars, size_t label, size_t part)
{
    return &bars->size[label * bars->part.count + part];
}

static double whole_of(const struct bars *bars, size_t label)
{
    double whole = 0;

    for (size_t p = 0; p < bars->part.count; p++)
        whole += *size_of(bars, label, p);
    return whole;
}

static struct bars bars_of(const struct rows *rows)
{
    struct bars bars = {
        .rows = rows, .label = groups_of(rows, LABEL), .part = groups_of(rows, PART)};

    bars.size = NEW_ARRAY(double, bars.label.count *bars.part.count);
    for (size_t i = 0; i < rows->count; i++)
        *size_of(&bars, bars.label.of_row[i], bars.part.of_row[i]) +=
            rows_number(rows, i, SIZE);
    for (size_t l = 0; l < bars.label.count; l++)
        bars.longest = fmax(bars.longest, whole_of(&bars, l));
    return bars;
}

static void bars_done(struct bars *bars)
{
    groups_done(&bars->label);
    groups_done(&bars->part);
    free(bars->size);
}

/* The first bar on top. */
static double middle_of(const struct bars *bars, size_t label)
{
    return (double)(bars->label.count - 1 - label);
}

/* What the names leave of the figure's width is the longest bar's. */
static double size_of_share(const struct bars *bars, int width)
{
    size_t letters = 0;
    double pixels;

    for (size_t l = 0; l < bars->label.count; l++)
        letters = strlen(bars->label.name[l]) > letters ? strlen(bars->label.name[l]) : letters;
    pixels = width - RIGHT_PIXELS - (double)(LETTER_PIXELS * (letters + 3));
    return bars->longest * SHARE_PIXELS / fmax(pixels, LEAST_PIXELS);
}

static void add_shares(struct text *script, const struct bars *bars)
{
    for (size_t l = 0; l < bars->label.count; l++) {
        double from = 0, whole = whole_of(bars, l);

        for (size_t p = 0; p < bars->part.count; p++) {
            double size = *size_of(bars, l, p);
            const char *ink;

            gnuplot_fill(p, &ink);
            if (size > bars->written_from)
                text_add(script,
                         "set label '%.0f %%' at %.9g,%.9g center front font ',11' textcolor "
                         "rgb '%s'\n",
                         100 * size / whole, from + size / 2, middle_of(bars, l), ink);
            from += size;
        }
    }
}

static void add_blocks(struct text *script, const struct bars *bars)
{
    for (size_t p = 0; p < bars->part.count; p++) {
        text_add(script, "$part%zu << end\n", p);
        for (size_t l = 0; l < bars->label.count; l++) {
            double from = 0;

            for (size_t before = 0; before < p; before++)
                from += *size_of(bars, l, before);
            if (*size_of(bars, l, p) > 0)
                text_add(script, "%.9g %.9g %.9g %.9g %.9g %.9g\n", from, middle_of(bars, l),
                         from, from + *size_of(bars, l, p), middle_of(bars, l) - 0.36,
                         middle_of(bars, l) + 0.36);
        }
        text_add(script, "end\n");
    }
}

static void add_bars(struct text *script, const struct bars *bars)
{
    text_add(script, "set yrange [-0.6:%g]\nset xrange [0:%.9g]\nset ytics (",
             (double)bars->label.count - 0.4, bars->longest * 1.01);
    for (size_t l = 0; l < bars->label.count; l++) {
        text_add(script, "%s", l ? ", " : "");
        gnuplot_quote(script, bars->label.name[l]);
        text_add(script, " %g", middle_of(bars, l));
    }
    text_add(script, ") noenhanced\nset grid noytics\n");
    add_blocks(script, bars);
    add_shares(script, bars);
    text_add(script, "plot ");
    for (size_t p = 0; p < bars->part.count; p++) {
        text_add(
            script,
            "%s$part%zu using 1:2:3:4:5:6 with boxxyerror linecolor rgb '%s' fillstyle solid "
            "1.0 border rgb 'white' title ",
            p ? ", " : "", p, gnuplot_fill(p, NULL));
        gnuplot_quote(script, bars->part.name[p]);
    }
    text_add(script, "\n");
}

static void write_data(const struct bars *bars, struct text *out)
{
    char digits[32];

    text_add(out, "%s,%s,%s\n", bars->rows->name[LABEL], bars->rows->name[PART],
             bars->rows->name[SIZE]);
    for (size_t l = 0; l < bars->label.count; l++)
        for (size_t p = 0; p < bars->part.count; p++) {
            table_exact(*size_of(bars, l, p), digits);
            text_add(out, "\"%s\",\"%s\",%s\n", bars->label.name[l], bars->part.name[p],
                     digits);
        }
}

static bool draw(struct drawing *drawing, struct err *err)
{
    const struct rows *rows = drawing->rows;
    struct bars bars = bars_of(rows);
    bool ok =
        rows_are_numbers(rows, SIZE) || err_set(err, "%s must be numbers", rows->name[SIZE]);

    if (ok && bars.label.count > BARS_MOST)
        ok =
            err_set(err,
                    "%zu bars are too many: choose runs with --where, or what tells them apart "
                    "with --by",
                    bars.label.count);
    if (ok) {
        drawing_room_for_names(drawing, bars.label.name, bars.label.count, false);
        drawing_axes(drawing, rows->name[SIZE], NULL);
        bars.written_from = size_of_share(&bars, drawing->width);
        add_bars(&drawing->script, &bars);
        write_data(&bars, &drawing->data);
        if (!drawing->size_given)
            drawing->height = FRAME_PIXELS + BAR_PIXELS * (int)bars.label.count;
    }
    bars_done(&bars);
    return ok;
}

const struct drawing_kind drawing_stack = {
    .name = "stack",
    .doc = "A bar for each configuration, divided into parts.",
    .columns = "label, part, size",
    .column_count = COLUMNS,
    .draw = draw,
};
