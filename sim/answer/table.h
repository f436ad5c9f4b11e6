/* SPDX-License-Identifier: MIT
 * table.h -- rows of an answer as they come, in the form that was asked for.
 *
 *     table      aligned, numbers to six digits: for people
 *     markdown   the same, for notes and issues
 *     latex      booktabs, headings with units, numbers to four digits: for papers
 *     csv        RFC 4180, one line of names, numbers with all their digits: for programs
 *     json       a list of objects, likewise
 *
 * csv and json are written row by row, whatever their number; the others are kept until the
 * end, because a column is as wide as its widest cell. */
#ifndef TRAINCAST_SIM_ANSWER_TABLE_H
#define TRAINCAST_SIM_ANSWER_TABLE_H

#include <stdio.h>

#include "base/text.h"
#include "sim/results/results.h"

/* clang-format off */
#define TABLE_FORMAT_LIST(X)                                                                \
    X(TABLE, table) X(CSV, csv) X(JSON, json) X(LATEX, latex) X(MARKDOWN, markdown)
/* clang-format on */
#define X(upper_, lower_) TABLE_FORMAT_##upper_,
enum table_format { TABLE_FORMAT_LIST(X) TABLE_FORMATS };
#undef X
bool table_format_of(const char *name, enum table_format *ret_format);
#define TABLE_FORMAT_NAMES "table, csv, json, latex or markdown"

struct table_cell {
    char *text;
    bool is_number;
};
struct table {
    enum table_format format;
    FILE *out;
    int columns;
    size_t rows;
    struct table_cell *cell; /* [rows + 1][columns]: the names first; not of csv and json */
    size_t cells, capacity;
};

void table_begin(struct table *table, enum table_format format, FILE *out);
/* The names of the columns, in case that no row comes; else the first row tells them. */
void table_names(struct table *table, const struct results_cell *cell, int columns);
/* A results_row_fn: arg is the table. */
void table_row(void *arg, const struct results_cell *cell, int columns);
void table_end(struct table *table); /* writes what is left and releases */

/* A number so that it is read back to the same bits, in as few digits as that takes. */
void table_exact(double number, char out[32]);
/* "sim_time_s" -> "simulated time (s)": what stands at an axis and over a column in print. */
void table_heading(const char *name, struct text *out);

#endif
