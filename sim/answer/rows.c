/* SPDX-License-Identifier: MIT
 * rows.c -- see rows.h. */
#include "sim/answer/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void name_columns(struct rows *rows, const struct results_cell *cell, int columns)
{
    rows->columns = columns;
    rows->name = NEW_ARRAY(char *, (size_t)columns);
    for (int i = 0; i < columns; i++)
        rows->name[i] = memory_text(cell[i].name);
}

void rows_add(void *arg, const struct results_cell *cell, int columns)
{
    struct rows *rows = arg;
    size_t width = (size_t)columns, at = rows->count * width;

    if (!rows->columns)
        name_columns(rows, cell, columns);
    if (rows->count == rows->capacity) {
        rows->capacity = rows->capacity ? 2 * rows->capacity : 64;
        rows->text = memory_resize(rows->text, rows->capacity * width, sizeof *rows->text);
        rows->number =
            memory_resize(rows->number, rows->capacity * width, sizeof *rows->number);
    }
    for (size_t i = 0; i < width; i++) {
        rows->text[at + i] = memory_text(cell[i].text);
        rows->number[at + i] = cell[i].text ? cell[i].number : NAN;
    }
    rows->count++;
}

void rows_done(struct rows *rows)
{
    for (size_t i = 0; i < rows->count * (size_t)rows->columns; i++)
        free(rows->text[i]);
    for (int i = 0; i < rows->columns; i++)
        free(rows->name[i]);
    free(rows->name);
    free(rows->text);
    free(rows->number);
    *rows = (struct rows){0};
}

const char *rows_text(const struct rows *rows, size_t row, int column)
{
    const char *text = rows->text[row * (size_t)rows->columns + (size_t)column];

    return text ? text : "-";
}

double rows_number(const struct rows *rows, size_t row, int column)
{
    return rows->number[row * (size_t)rows->columns + (size_t)column];
}

bool rows_are_numbers(const struct rows *rows, int column)
{
    for (size_t i = 0; i < rows->count; i++)
        if (isnan(rows_number(rows, i, column)))
            return false;
    return true;
}

void rows_scale_bytes(struct rows *rows, int column, double base)
{
    static const char *const ends[] = {"bytes", "kb", "mb", "gb"};
    size_t width = (size_t)rows->columns, stem = strlen(rows->name[column]);
    double unit = base * base * base;
    char *name;
    int end = 3;

    for (size_t i = 0; i < rows->count; i++)
        for (; end > 0 && fmod(rows_number(rows, i, column), unit) != 0; end--)
            unit /= base;
    if (stem > 6 && strcmp(rows->name[column] + stem - 6, "_bytes") == 0)
        stem -= 6;
    name = memory_format("%.*s_%s", (int)stem, rows->name[column], ends[end]);
    free(rows->name[column]);
    rows->name[column] = name;
    for (size_t i = 0; i < rows->count; i++) {
        size_t at = i * width + (size_t)column;

        rows->number[at] /= unit;
        free(rows->text[at]);
        rows->text[at] = memory_format("%.10g", rows->number[at]);
    }
}

/* -- groups ----------------------------------------------------------------------------------
 */
struct place {
    const char *text;
    size_t row;
};

static int compare_places(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int order = strcmp(x->text, y->text);

    return order ? order : (x->row > y->row) - (x->row < y->row);
}

struct groups groups_of(const struct rows *rows, int column)
{
    struct groups groups = {.of_row = NEW_ARRAY(size_t, rows->count + 1)};
    struct place *place = NEW_ARRAY(struct place, rows->count + 1);
    size_t *first = NEW_ARRAY(size_t, rows->count + 1); /* row -> first row of equal text */
    size_t *number = NEW_ARRAY(size_t, rows->count + 1);

    for (size_t i = 0; i < rows->count; i++)
        place[i] = (struct place){rows_text(rows, i, column), i};
    qsort(place, rows->count, sizeof *place, compare_places);
    for (size_t i = 0; i < rows->count; i++)
        first[place[i].row] = i > 0 && strcmp(place[i].text, place[i - 1].text) == 0
                                  ? first[place[i - 1].row]
                                  : place[i].row;
    for (size_t i = 0; i < rows->count; i++) {
        if (first[i] == i) {
            ROOM_FOR_ONE(groups.name, groups.count, groups.capacity);
            number[i] = groups.count;
            groups.name[groups.count++] = rows_text(rows, i, column);
        }
        groups.of_row[i] = number[first[i]];
    }
    free(place);
    free(first);
    free(number);
    return groups;
}

void groups_done(struct groups *groups)
{
    free(groups->name);
    free(groups->of_row);
    *groups = (struct groups){0};
}
