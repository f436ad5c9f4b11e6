/* SPDX-License-Identifier: MIT
 * value_table.c -- the numbers of an empirical distribution or a trace in time.
 *
 * From a file beside the one that names it: a row a line, `value` or `time,value`; '#' begins a
 * comment, one line of headings may come first.  A number may carry its unit; one without is in
 * seconds, bytes, bytes/s, USD ...  Or written out in YAML: [80 ms, 95 ms] and
 * [[0 s, 65 MB/s], [10 s, 30 MB/s]]; so it stands in the resolved scenario, which thereby does
 * not depend on a file that may change. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "sim/scenario/load.h"

enum { ROWS_MOST = 100000, CELL_LONGEST = 64 };

char *path_beside_file(struct arena *arena, const char *file, const char *path)
{
    const char *slash = strrchr(file, '/');

    if (path[0] == '/' || !slash)
        return arena_text(arena, path);
    return arena_format(arena, "%.*s/%s", (int)(slash - file), file, path);
}

char *path_beside(const struct loader *loader, const struct node *node, const char *path)
{
    if (node->layer == LAYER_SET || !node->place.file)
        return path[0] == '/' ? arena_text(loader->arena, path)
                              : arena_format(loader->arena, "%s/%s", loader->directory, path);
    return path_beside_file(loader->arena, node->place.file, path);
}

/* -- growing ---------------------------------------------------------------------- */

struct rows {
    double *time_s, *value;
    size_t count, capacity;
    bool heading; /* a line of headings was passed over */
};

static bool add_row(struct loader *loader, struct rows *rows, struct place place, double time_s,
                    double value)
{
    if (rows->count == ROWS_MOST) {
        diag_add(loader->diags, DIAG_ERROR, place, "more than %d rows", (int)ROWS_MOST);
        return false;
    }
    if (rows->count > 0 && !isnan(time_s) && !(time_s > rows->time_s[rows->count - 1])) {
        diag_add(loader->diags, DIAG_ERROR, place, "times must ascend from row to row");
        return false;
    }
    if (rows->count == rows->capacity) {
        rows->capacity = rows->capacity ? 2 * rows->capacity : 64;
        rows->time_s = memory_resize(rows->time_s, rows->capacity, sizeof(double));
        rows->value = memory_resize(rows->value, rows->capacity, sizeof(double));
    }
    rows->time_s[rows->count] = time_s;
    rows->value[rows->count++] = value;
    return true;
}

static struct value_table *finish(struct loader *loader, struct rows *rows, bool trace)
{
    struct value_table *table = ARENA_NEW(loader->arena, struct value_table);

    table->count = rows->count;
    table->value = arena_alloc(loader->arena, rows->count, sizeof(double));
    memcpy(table->value, rows->value, rows->count * sizeof(double));
    if (trace) {
        table->time_s = arena_alloc(loader->arena, rows->count, sizeof(double));
        memcpy(table->time_s, rows->time_s, rows->count * sizeof(double));
    }
    return table;
}

/* -- from YAML -------------------------------------------------------------------- */

static const struct field time_field = {.member = "time_s", .type = FIELD_NUMBER};

static bool take_number(struct loader *loader, const struct field *field,
                        const struct item *item, double *out)
{
    const char *text = item_text(loader, item);

    return text && load_number(loader, field, item, text, out);
}

static bool take_element(struct loader *loader, const struct field *field,
                         const struct item *item, bool trace, struct rows *rows)
{
    const struct node *pair = item->value;
    double time_s = NAN, value;

    if (!trace)
        return take_number(loader, field, item, &value) &&
               add_row(loader, rows, item->place, time_s, value);
    if (pair->type != NODE_LIST || pair->count != 2) {
        diag_add(loader->diags, DIAG_ERROR, pair->place,
                 "a row of a trace is a pair: [time, value]");
        return false;
    }
    return take_number(loader, &time_field, pair->first, &time_s) &&
           take_number(loader, field, pair->last, &value) &&
           add_row(loader, rows, item->place, time_s, value);
}

static bool read_list(struct loader *loader, const struct field *field, const struct node *list,
                      bool trace, struct rows *rows)
{
    for (const struct item *item = list->first; item; item = item->next)
        if (!take_element(loader, field, item, trace, rows))
            return false;
    if (rows->count > 0)
        return true;
    diag_add(loader->diags, DIAG_ERROR, list->place, "there are no numbers in it");
    return false;
}

/* -- from a file ------------------------------------------------------------------ */

/* One cell, without the blanks around it; the column of its first character in *ret_column. */
static void take_cell(const char *line, size_t length, int index, char cell[CELL_LONGEST],
                      int *ret_column)
{
    size_t begin = 0, end;

    for (; index > 0 && begin < length; begin++)
        index -= line[begin] == ',' || line[begin] == ';';
    if (index > 0)
        begin = length;
    for (end = begin; end < length && line[end] != ',' && line[end] != ';';)
        end++;
    while (begin < end && strchr(" \t", line[begin]))
        begin++;
    while (end > begin && strchr(" \t\r", line[end - 1]))
        end--;
    *ret_column = (int)begin + 1;
    snprintf(cell, CELL_LONGEST, "%.*s", (int)(end - begin), line + begin);
}

/* A number with its unit, or a bare one in the database's unit. */
static bool cell_number(struct loader *loader, const struct field *field, struct place place,
                        const char *cell, double *out)
{
    struct node node = {.type = NODE_SCALAR, .place = place, .text = cell};
    struct item item = {.key = "the value", .place = place, .value = &node};
    char with_unit[CELL_LONGEST + 32];
    double ignored;

    if (field == &time_field)
        item.key = "the time";
    if (!units_parse(cell, DIMENSION_NONE, &ignored, NULL))
        return load_number(loader, field, &item, cell, out);
    snprintf(with_unit, sizeof with_unit, "%s%s", cell,
             dimension_unit(field_dimension(field), NULL));
    return load_number(loader, field, &item, with_unit, out);
}

static bool is_heading(const char *cell)
{
    return !strchr("+-.0123456789", cell[0]);
}

static bool read_line(struct loader *loader, const struct field *field, struct place place,
                      const char *line, size_t length, bool trace, struct rows *rows)
{
    char cell[CELL_LONGEST];
    double time_s = NAN, value;
    struct place at = place;

    take_cell(line, length, 0, cell, &at.column);
    if (cell[0] == '\0' && at.column > (int)length - (length > 0 && line[length - 1] == '\r'))
        return true; /* a blank line */
    if (cell[0] == '#')
        return true;
    if (rows->count == 0 && !rows->heading && is_heading(cell))
        return rows->heading = true;
    if (trace) {
        if (!cell_number(loader, &time_field, at, cell, &time_s))
            return false;
        take_cell(line, length, 1, cell, &at.column);
    }
    return cell_number(loader, field, at, cell, &value) &&
           add_row(loader, rows, place, time_s, value);
}

static bool read_rows(struct loader *loader, const struct field *field, const struct item *item,
                      const char *name, bool trace, struct rows *rows)
{
    char *path = path_beside(loader, item->value, name);
    struct place place = {path, 1, 1};
    const char *bytes;
    size_t size;

    if (!shelf_read_file(loader->options->shelf, loader->arena, path, item->value->place,
                         &bytes, &size, loader->diags) ||
        !document_check_text(path, bytes, size, loader->diags))
        return false;
    for (size_t at = 0; at < size; place.line++) {
        const char *end = memchr(bytes + at, '\n', size - at);
        size_t length = end ? (size_t)(end - bytes) - at : size - at;

        if (!read_line(loader, field, place, bytes + at, length, trace, rows))
            return false;
        at += length + 1;
    }
    if (rows->count > 0)
        return true;
    diag_add(loader->diags, DIAG_ERROR, (struct place){path, 1, 1},
             "there are no numbers in it");
    return false;
}

struct value_table *load_value_table(struct loader *loader, const struct field *field,
                                     const struct item *item, bool trace)
{
    struct rows rows = {0};
    struct value_table *table = NULL;
    const char *name;
    bool ok;

    if (item->value->type == NODE_LIST) {
        ok = read_list(loader, field, item->value, trace, &rows);
    } else {
        name = item_text(loader, item);
        ok = name && read_rows(loader, field, item, name, trace, &rows);
    }
    if (ok)
        table = finish(loader, &rows, trace);
    free(rows.time_s);
    free(rows.value);
    return table;
}

char *value_table_text(struct arena *arena, const struct value_table *table,
                       enum dimension dimension)
{
    struct text text = {0};
    char number[96], time[96], *copy;

    for (size_t i = 0; i < table->count; i++) {
        units_format(table->value[i], dimension, number, sizeof number);
        text_add(&text, "%s", i ? ", " : "[");
        if (table->time_s) {
            units_format(table->time_s[i], DIMENSION_SECONDS, time, sizeof time);
            text_add(&text, "[%s, %s]", time, number);
        } else {
            text_add(&text, "%s", number);
        }
    }
    text_add(&text, "]");
    copy = arena_bytes(arena, text.chars, text.length);
    text_done(&text);
    return copy;
}
