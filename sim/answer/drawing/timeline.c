/* SPDX-License-Identifier: MIT
 * timeline.c -- who did what when: a line for each entity, a stretch for each of its spans. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/answer/drawing/drawing.h"
#include "sim/answer/gnuplot.h"
#include "sim/answer/table.h"
#include "sim/ledger/ledger.h"

enum { ENTITY, LANE, ACTIVITY, BEGIN, END, COLUMNS };
enum { LINES_MOST = 60, LINE_PIXELS = 20, FRAME_PIXELS = 120 };

/* Lanes beside the main one are drawn within the entity's line, lower. */
static double height_of(const struct rows *rows, size_t row)
{
    return rows_number(rows, row, LANE) > 0 ? 0.2 : 0.38;
}

static void add_blocks(struct text *script, const struct rows *rows,
                       const struct groups *entity, const struct groups *activity)
{
    for (size_t a = 0; a < activity->count; a++) {
        text_add(script, "$activity%zu << end\n", a);
        for (size_t i = 0; i < rows->count; i++) {
            double middle = (double)(entity->count - 1 - entity->of_row[i]);

            if (activity->of_row[i] == a)
                text_add(script, "%.9g %g %.9g %.9g %g %g\n", rows_number(rows, i, BEGIN),
                         middle, rows_number(rows, i, BEGIN), rows_number(rows, i, END),
                         middle - height_of(rows, i), middle + height_of(rows, i));
        }
        text_add(script, "end\n");
    }
}

/* An activity has the same colour in every figure of its kind. */
static size_t colour_of(const char *activity)
{
    for (int a = 0; a < ACTIVITY_COUNT; a++)
        if (strcmp(activity_name((enum activity)a), activity) == 0)
            return (size_t)a;
    return ACTIVITY_COUNT;
}

static void add_lines(struct text *script, const struct groups *entity,
                      const struct groups *activity)
{
    text_add(script, "set yrange [-0.6:%g]\nset ytics (", (double)entity->count - 0.4);
    for (size_t e = 0; e < entity->count; e++) {
        text_add(script, "%s", e ? ", " : "");
        gnuplot_quote(script, entity->name[e]);
        text_add(script, " %zu", entity->count - 1 - e);
    }
    text_add(script, ") noenhanced\nset grid noytics\nplot ");
    for (size_t a = 0; a < activity->count; a++) {
        text_add(
            script,
            "%s$activity%zu using 1:2:3:4:5:6 with boxxyerror linecolor rgb '%s' fillstyle "
            "solid 1.0 noborder title ",
            a ? ", " : "", a, gnuplot_fill(colour_of(activity->name[a]), NULL));
        gnuplot_quote(script, activity->name[a]);
    }
    text_add(script, "\n");
}

static void write_data(const struct rows *rows, struct text *out)
{
    char begin[32], end[32];

    text_add(out, "entity,lane,activity,begin_s,end_s\n");
    for (size_t i = 0; i < rows->count; i++) {
        table_exact(rows_number(rows, i, BEGIN), begin);
        table_exact(rows_number(rows, i, END), end);
        text_add(out, "\"%s\",%s,%s,%s,%s\n", rows_text(rows, i, ENTITY),
                 rows_text(rows, i, LANE), rows_text(rows, i, ACTIVITY), begin, end);
    }
}

static bool draw(struct drawing *drawing, struct err *err)
{
    const struct rows *rows = drawing->rows;
    struct groups entity = groups_of(rows, ENTITY), activity = groups_of(rows, ACTIVITY);
    bool ok = (rows_are_numbers(rows, BEGIN) && rows_are_numbers(rows, END) &&
               rows_are_numbers(rows, LANE)) ||
              err_set(err, "%s and %s must be numbers", rows->name[BEGIN], rows->name[END]);

    if (ok && entity.count > LINES_MOST)
        ok = err_set(
            err,
            "%zu lines are too many to draw; `traincast export DB --format trace` writes "
            "a timeline for ui.perfetto.dev",
            entity.count);
    if (ok) {
        drawing_room_for_names(drawing, entity.name, entity.count, false);
        drawing_axes(drawing, "simulated time (s)", NULL);
        add_blocks(&drawing->script, rows, &entity, &activity);
        add_lines(&drawing->script, &entity, &activity);
        write_data(rows, &drawing->data);
        if (!drawing->size_given)
            drawing->height = FRAME_PIXELS + LINE_PIXELS * (int)entity.count;
    }
    groups_done(&entity);
    groups_done(&activity);
    return ok;
}

const struct drawing_kind drawing_timeline = {
    .name = "timeline",
    .doc = "A line for each entity, a coloured stretch for each thing it did.",
    .columns = "entity, lane, activity, begin_s, end_s",
    .column_count = COLUMNS,
    .draw = draw,
};
