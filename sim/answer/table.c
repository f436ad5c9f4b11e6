/* SPDX-License-Identifier: MIT
 * table.c -- see table.h. */
#include "sim/answer/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/scenario/json_text.h"

enum { WIDEST = 60 };

static const char *const format_names[] = {
#define X(upper_, lower_) #lower_,
    TABLE_FORMAT_LIST(X)
#undef X
};

bool table_format_of(const char *name, enum table_format *ret_format)
{
    for (int i = 0; i < TABLE_FORMATS; i++)
        if (strcmp(name, format_names[i]) == 0) {
            *ret_format = (enum table_format)i;
            return true;
        }
    return false;
}

/* -- numbers and names -----------------------------------------------------------------------
 */
void table_exact(double number, char out[32])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(out, 32, "%.*g", digits, number);
        if (strtod(out, NULL) == number)
            return;
    }
}

static bool is_integer(const struct results_cell *cell)
{
    return !isnan(cell->number) && !cell->text[strspn(cell->text, "-0123456789")];
}

static const char *const units[][2] = {
    {"_s", "s"},   {"_ms", "ms"}, {"_usd", "USD"}, {"_pusd", "pico-USD"}, {"_bytes", "bytes"},
    {"_gb", "GB"}, {"_mb", "MB"}, {"_kb", "kB"},   {"_percent", "%"},     {"_per_hour", "/h"},
};

void table_heading(const char *name, struct text *out)
{
    size_t length = strlen(name);
    const char *unit = NULL;

    if (strncmp(name, "sim_time", 8) == 0) {
        text_add(out, "simulated ");
        name += 4;
        length -= 4;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units && !unit; i++) {
        size_t suffix = strlen(units[i][0]);

        if (length > suffix && strcmp(name + length - suffix, units[i][0]) == 0) {
            unit = units[i][1];
            length -= suffix;
        }
    }
    for (size_t i = 0; i < length; i++)
        text_add(out, "%c", name[i] == '_' ? ' ' : name[i]);
    if (unit)
        text_add(out, " (%s)", unit);
}

/* -- for people ------------------------------------------------------------------------------
 */
static void add_latex(struct text *out, const char *text)
{
    for (; *text; text++)
        if (strchr("&%$#_{}", *text))
            text_add(out, "\\%c", *text);
        else if (*text == '\\')
            text_add(out, "\\textbackslash{}");
        else if (*text == '~' || *text == '^')
            text_add(out, "\\%c{}", *text);
        else
            text_add(out, "%c", *text == '\n' ? ' ' : *text);
}

static void add_markdown(struct text *out, const char *text)
{
    for (; *text; text++)
        if (*text == '|')
            text_add(out, "\\|");
        else
            text_add(out, "%c", *text == '\n' ? ' ' : *text);
}

/* One line each, and not endless: the scenario's text is a cell, too. */
static void add_plain(struct text *out, const char *text)
{
    for (size_t i = 0; text[i]; i++) {
        if (i == WIDEST && strlen(text) > WIDEST + 3) {
            text_add(out, "...");
            return;
        }
        text_add(out, "%c", (unsigned char)text[i] < ' ' ? ' ' : text[i]);
    }
}

/* 1.2e-05 -> $1.2 \times 10^{-5}$ */
static void add_latex_number(struct text *out, const char *digits)
{
    const char *e = strchr(digits, 'e');

    if (e)
        text_add(out, "$%.*s \\times 10^{%d}$", (int)(e - digits), digits, atoi(e + 1));
    else if (*digits == '-')
        text_add(out, "$%s$", digits);
    else
        text_add(out, "%s", digits);
}

static void add_text(struct text *out, enum table_format format, const char *text)
{
    (format == TABLE_FORMAT_LATEX      ? add_latex
     : format == TABLE_FORMAT_MARKDOWN ? add_markdown
                                       : add_plain)(out, text);
}

static void keep(struct table *table, char *text, bool is_number)
{
    ROOM_FOR_ONE(table->cell, table->cells, table->capacity);
    table->cell[table->cells++] = (struct table_cell){text, is_number};
}

static void keep_cell(struct table *table, const struct results_cell *cell)
{
    struct text shown = {0};
    char digits[32];

    if (!cell->text) {
        add_text(&shown, table->format, "-");
    } else if (isnan(cell->number)) {
        add_text(&shown, table->format, cell->text);
    } else {
        snprintf(digits, sizeof digits, table->format == TABLE_FORMAT_LATEX ? "%.4g" : "%.6g",
                 cell->number);
        if (is_integer(cell))
            snprintf(digits, sizeof digits, "%s", cell->text);
        if (table->format == TABLE_FORMAT_LATEX)
            add_latex_number(&shown, digits);
        else
            text_add(&shown, "%s", digits);
    }
    keep(table, shown.chars ? shown.chars : memory_text(""), !isnan(cell->number));
}

static void keep_name(struct table *table, const char *name)
{
    struct text heading = {0}, shown = {0};

    if (table->format == TABLE_FORMAT_LATEX)
        table_heading(name, &heading);
    else
        text_add(&heading, "%s", name);
    add_text(&shown, table->format, heading.chars ? heading.chars : "");
    keep(table, shown.chars ? shown.chars : memory_text(""), false);
    text_done(&heading);
}

/* -- for programs ----------------------------------------------------------------------------
 */
static void write_csv(FILE *out, const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++)
        fprintf(out, *text == '"' ? "\"\"" : "%c", *text);
    fputc('"', out);
}

static void write_value(const struct table *table, const struct results_cell *cell)
{
    bool json = table->format == TABLE_FORMAT_JSON;
    char digits[32];

    if (!cell->text || (json && isinf(cell->number)))
        fputs(json ? "null" : "", table->out); /* JSON has no infinity */
    else if (isnan(cell->number))
        (json ? json_quote : write_csv)(table->out, cell->text);
    else if (is_integer(cell))
        fputs(cell->text, table->out);
    else {
        table_exact(cell->number, digits);
        fputs(digits, table->out);
    }
}

static void write_row(struct table *table, const struct results_cell *cell)
{
    bool json = table->format == TABLE_FORMAT_JSON;

    if (json)
        fputs(table->rows ? ",\n  {" : "\n  {", table->out);
    for (int i = 0; i < table->columns; i++) {
        if (i)
            fputs(json ? ", " : ",", table->out);
        if (json) {
            json_quote(table->out, cell[i].name);
            fputs(": ", table->out);
        }
        write_value(table, &cell[i]);
    }
    fputs(json ? "}" : "\n", table->out);
}

/* -- rows ------------------------------------------------------------------------------------
 */
static bool is_kept(const struct table *table)
{
    return table->format != TABLE_FORMAT_CSV && table->format != TABLE_FORMAT_JSON;
}

void table_begin(struct table *table, enum table_format format, FILE *out)
{
    *table = (struct table){.format = format, .out = out};
    if (format == TABLE_FORMAT_JSON)
        fputc('[', out);
}

void table_names(struct table *table, const struct results_cell *cell, int columns)
{
    if (table->columns)
        return;
    table->columns = columns;
    for (int i = 0; i < columns; i++)
        if (is_kept(table))
            keep_name(table, cell[i].name);
    for (int i = 0; table->format == TABLE_FORMAT_CSV && i < columns; i++) {
        if (i)
            fputc(',', table->out);
        write_csv(table->out, cell[i].name);
    }
    if (table->format == TABLE_FORMAT_CSV)
        fputc('\n', table->out);
}

void table_row(void *arg, const struct results_cell *cell, int columns)
{
    struct table *table = arg;

    table_names(table, cell, columns);
    if (is_kept(table))
        for (int i = 0; i < columns; i++)
            keep_cell(table, &cell[i]);
    else
        write_row(table, cell);
    table->rows++;
}

/* -- the end ---------------------------------------------------------------------------------
 */

/* Characters, not bytes: UTF-8's later bytes take no place. */
static int width_of(const char *text)
{
    int width = 0;

    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

struct shape {
    int width;
    bool is_number; /* all cells that have a value */
};

static struct shape *shapes_of(const struct table *table)
{
    struct shape *shape = NEW_ARRAY(struct shape, (size_t)table->columns + 1);

    for (size_t i = 0; i < table->cells; i++) {
        struct shape *of = &shape[i % (size_t)table->columns];
        int width = width_of(table->cell[i].text);

        if (width > of->width)
            of->width = width;
        if (table->cell[i].is_number)
            of->is_number = true;
    }
    return shape;
}

static void print_padded(const struct table *table, const struct table_cell *cell,
                         const struct shape *shape, bool last)
{
    int room = shape->width - width_of(cell->text);

    if (shape->is_number)
        fprintf(table->out, "%*s%s", room, "", cell->text);
    else
        fprintf(table->out, "%s%*s", cell->text, last ? 0 : room, "");
}

static void print_line(const struct table *table, size_t row, const struct shape *shape)
{
    static const char *const before[TABLE_FORMATS] = {"", "", "", "  ", "| "},
                             *const between[TABLE_FORMATS] = {"  ", "", "", " & ", " | "},
                             *const after[TABLE_FORMATS] = {"\n", "", "", " \\\\\n", " |\n"};

    fputs(before[table->format], table->out);
    for (int i = 0; i < table->columns; i++) {
        if (i)
            fputs(between[table->format], table->out);
        print_padded(table, &table->cell[row * (size_t)table->columns + (size_t)i], &shape[i],
                     table->format == TABLE_FORMAT_TABLE && i + 1 == table->columns);
    }
    fputs(after[table->format], table->out);
}

static void print_rule(const struct table *table, const struct shape *shape)
{
    bool markdown = table->format == TABLE_FORMAT_MARKDOWN;

    fputs(markdown ? "|" : "", table->out);
    for (int i = 0; i < table->columns; i++) {
        fputs(markdown ? "-" : i ? "  " : "", table->out);
        for (int j = 0; j < shape[i].width; j++)
            fputc('-', table->out);
        fputs(markdown ? shape[i].is_number ? ":|" : "-|" : "", table->out);
    }
    fputc('\n', table->out);
}

static void print_kept(const struct table *table)
{
    struct shape *shape = shapes_of(table);
    bool latex = table->format == TABLE_FORMAT_LATEX;

    if (latex) { /* \usepackage{booktabs} */
        fputs("\\begin{tabular}{", table->out);
        for (int i = 0; i < table->columns; i++)
            fputc(shape[i].is_number ? 'r' : 'l', table->out);
        fputs("}\n  \\toprule\n", table->out);
    }
    print_line(table, 0, shape);
    if (latex)
        fputs("  \\midrule\n", table->out);
    else
        print_rule(table, shape);
    for (size_t row = 1; row <= table->rows; row++)
        print_line(table, row, shape);
    if (latex)
        fputs("  \\bottomrule\n\\end{tabular}\n", table->out);
    free(shape);
}

void table_end(struct table *table)
{
    if (table->format == TABLE_FORMAT_JSON)
        fputs(table->rows ? "\n]\n" : "]\n", table->out);
    else if (is_kept(table) && table->columns)
        print_kept(table);
    for (size_t i = 0; i < table->cells; i++)
        free(table->cell[i].text);
    free(table->cell);
    table->cell = NULL;
    table->cells = 0;
}
