/* SPDX-License-Identifier: MIT
 * csv.c -- see csv.h. */
#include "sim/calibrate/csv.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "traces/dataset/lines.h"

enum { CELL_LONGEST = 256 };

struct reader {
    struct csv *csv;
    const struct csv_column *columns;
    struct lines lines;
    struct diag_list *diags;
    char separator;
    int *place; /* [fields of the heading]: the column asked for that stands there; -1: none */
    int fields;
};

/* One cell of a line: what stands in it, without quotes and blanks, and where it begins. */
struct cell {
    char text[CELL_LONGEST];
    int column;
    bool is_last;
};

static void complain(const struct reader *reader, int column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void complain(const struct reader *reader, int column, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    diag_add(reader->diags, DIAG_ERROR,
             (struct place){reader->csv->path, (int)reader->lines.number, column}, "%s", text);
}

/* -- cells ----------------------------------------------------------------------------------
 */

static void keep(struct cell *cell, size_t *length, char c)
{
    if (*length + 1 < CELL_LONGEST)
        cell->text[(*length)++] = c ? c : '?'; /* a NUL would end the text */
}

/* Reads the cell that begins at `at`; returns what follows its separator. */
static const char *next_cell(const char *line, const char *at, char separator,
                             struct cell *cell)
{
    size_t length = 0;

    while (*at != separator && is_blank(*at))
        at++;
    cell->column = (int)(at - line) + 1;
    if (*at == '"') {
        for (at++; *at != '\n' && !(at[0] == '"' && at[1] != '"'); at++) {
            at += at[0] == '"'; /* "" is a quote */
            keep(cell, &length, *at);
        }
        while (*at != '\n' && *at != separator)
            at++;
    } else {
        for (; *at != '\n' && *at != separator; at++)
            keep(cell, &length, *at);
        while (length > 0 && is_blank(cell->text[length - 1]))
            length--;
    }
    cell->text[length] = '\0';
    cell->is_last = *at == '\n';
    return cell->is_last ? at : at + 1;
}

static const char *next_line(struct reader *reader, struct err *err)
{
    const char *line = lines_next(&reader->lines, err);

    while (line && *line == '#')
        line = lines_next(&reader->lines, err);
    return line;
}

/* -- the heading ----------------------------------------------------------------------------
 */

static char separator_of(const char *line)
{
    const char *found = strpbrk(line, ",;\t\n");

    return found && *found != '\n' ? *found : ',';
}

static int column_named(const struct csv_column *columns, const char *name)
{
    for (int i = 0; columns[i].name; i++)
        if (strcmp(columns[i].name, name) == 0)
            return i;
    return -1;
}

static void read_heading(struct reader *reader, const char *line)
{
    struct cell cell;
    const char *at = line;

    reader->separator = separator_of(line);
    do {
        int column;

        at = next_cell(line, at, reader->separator, &cell);
        column = column_named(reader->columns, cell.text);
        if (column >= 0 && reader->csv->has[column])
            complain(reader, cell.column, "column '%s' is given twice", cell.text);
        if (column >= 0)
            reader->csv->has[column] = true;
        reader->place =
            memory_resize(reader->place, (size_t)reader->fields + 1, sizeof *reader->place);
        reader->place[reader->fields++] = column;
    } while (!cell.is_last);
}

/* Names of the columns that were found and not asked for, for "did you mean". */
static void suggest(const struct reader *reader, const char *heading, const char *wanted)
{
    struct nearest nearest = {.word = wanted};
    struct cell cell;
    const char *at = heading;
    char best[CELL_LONGEST] = "", shown[TEXT_SHOWN];

    do {
        const char *before = nearest.best;

        at = next_cell(heading, at, reader->separator, &cell);
        if (column_named(reader->columns, cell.text) < 0)
            nearest_try(&nearest, cell.text);
        if (nearest.best != before) {
            snprintf(best, sizeof best, "%s", cell.text);
            nearest.best = best;
        }
    } while (!cell.is_last);
    if (best[0])
        diag_add(reader->diags, DIAG_NOTE,
                 (struct place){reader->csv->path, (int)reader->lines.number, 1},
                 "is it the one called '%s'?", text_shown(best, shown));
}

static bool check_heading(struct reader *reader, const char *line)
{
    size_t errors = reader->diags->errors;

    for (int i = 0; reader->columns[i].name; i++) {
        if (reader->csv->has[i] || reader->columns[i].optional)
            continue;
        complain(reader, 1, "there is no column '%s'", reader->columns[i].name);
        suggest(reader, line, reader->columns[i].name);
    }
    return reader->diags->errors == errors;
}

/* -- rows -----------------------------------------------------------------------------------
 */

static void grow(struct csv *csv, const struct csv_column *columns)
{
    if (csv->rows < csv->capacity)
        return;
    csv->capacity = csv->capacity ? 2 * csv->capacity : 256;
    csv->line = memory_resize(csv->line, csv->capacity, sizeof *csv->line);
    for (int i = 0; columns[i].name; i++) {
        if (!csv->has[i])
            continue;
        if (columns[i].is_word)
            csv->word[i] = memory_resize(csv->word[i], csv->capacity, sizeof(size_t));
        else
            csv->number[i] = memory_resize(csv->number[i], csv->capacity, sizeof(double));
    }
}

static void take_word(struct reader *reader, int column, const struct cell *cell)
{
    struct csv *csv = reader->csv;
    size_t i = 0;

    while (i < csv->word_count && strcmp(csv->words[i], cell->text) != 0)
        i++;
    if (i == CSV_WORDS_MOST) {
        complain(reader, cell->column, "there are more than %d different '%s's",
                 (int)CSV_WORDS_MOST, reader->columns[column].name);
        i = 0;
    } else if (i == csv->word_count) {
        ROOM_FOR_ONE(csv->words, csv->word_count, csv->word_capacity);
        csv->words[csv->word_count++] = memory_text(cell->text);
    }
    csv->word[column][csv->rows] = i;
}

static void take_number(struct reader *reader, int column, const struct cell *cell)
{
    const struct csv_column *wanted = &reader->columns[column];
    double *out = &reader->csv->number[column][reader->csv->rows];
    char *end, shown[TEXT_SHOWN];

    *out = strtod(cell->text, &end);
    if (end == cell->text || *end || !isfinite(*out))
        complain(reader, cell->column, "'%s' must be a plain number, not '%s'", wanted->name,
                 text_shown(cell->text, shown));
    else if (*out < wanted->min || (wanted->above_min && *out == wanted->min))
        complain(reader, cell->column, "'%s' is %s, but must be %s %g", wanted->name,
                 text_shown(cell->text, shown), wanted->above_min ? "above" : "at least",
                 wanted->min);
    else if (*out > wanted->max)
        complain(reader, cell->column, "'%s' is %s, but must be at most %g", wanted->name,
                 text_shown(cell->text, shown), wanted->max);
}

static void read_row(struct reader *reader, const char *line)
{
    struct csv *csv = reader->csv;
    struct cell cell = {.is_last = false};
    const char *at = line;
    int field = 0;

    grow(csv, reader->columns);
    csv->line[csv->rows] = (int)reader->lines.number;
    for (; !cell.is_last; field++) {
        int column;

        at = next_cell(line, at, reader->separator, &cell);
        column = field < reader->fields ? reader->place[field] : -1;
        if (column < 0)
            continue;
        if (reader->columns[column].is_word)
            take_word(reader, column, &cell);
        else
            take_number(reader, column, &cell);
    }
    if (field != reader->fields)
        complain(reader, 1, "the first line names %d columns, this row has %d", reader->fields,
                 field);
    csv->rows++;
}

static void read_rows(struct reader *reader, size_t least_rows, struct err *err)
{
    const char *line = next_line(reader, err);

    if (!line) {
        if (!err->text[0])
            complain(reader, 1, "there is nothing in it");
        return;
    }
    read_heading(reader, line);
    if (!check_heading(reader, line))
        return;
    while (reader->diags->errors < DIAG_LIMIT && (line = next_line(reader, err))) {
        if (reader->csv->rows == CSV_ROWS_MOST) {
            complain(reader, 1, "there are more than %d rows", (int)CSV_ROWS_MOST);
            return;
        }
        read_row(reader, line);
    }
    if (!err->text[0] && !reader->diags->errors && reader->csv->rows < least_rows)
        complain(reader, 1, "there are %zu measurements: %zu is the least to fit anything to",
                 reader->csv->rows, least_rows);
}

bool csv_read(struct csv *ret_csv, const char *path, const struct csv_column *columns,
              size_t least_rows, struct diag_list *diags)
{
    struct reader reader = {.csv = ret_csv, .columns = columns, .diags = diags};
    size_t errors = diags->errors;
    struct err err = {0};
    struct input *input = input_open(path, &err);

    *ret_csv = (struct csv){.path = path};
    if (input) {
        lines_init(&reader.lines, input);
        read_rows(&reader, least_rows, &err);
        lines_done(&reader.lines);
    }
    if (err.text[0])
        diag_add(diags, DIAG_ERROR, (struct place){0}, "%s", err.text);
    input_free(input);
    free(reader.place);
    return diags->errors == errors;
}

void csv_done(struct csv *csv)
{
    for (int i = 0; i < CSV_COLUMNS_MOST; i++) {
        free(csv->number[i]);
        free(csv->word[i]);
    }
    for (size_t i = 0; i < csv->word_count; i++)
        free(csv->words[i]);
    free(csv->words);
    free(csv->line);
    *csv = (struct csv){0};
}
