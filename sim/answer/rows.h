/* SPDX-License-Identifier: MIT
 * rows.h -- an answer in memory, and its rows in groups. */
#ifndef TRAINCAST_SIM_ANSWER_ROWS_H
#define TRAINCAST_SIM_ANSWER_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "sim/results/results.h"

struct rows {
    int columns;
    char **name;
    size_t count, capacity;
    char **text;    /* [count][columns]; NULL: SQL's NULL */
    double *number; /* [count][columns]; NaN: not a number */
};

void rows_add(void *arg, const struct results_cell *cell, int columns); /* a results_row_fn */
void rows_done(struct rows *rows);
const char *rows_text(const struct rows *rows, size_t row, int column); /* never NULL */
double rows_number(const struct rows *rows, size_t row, int column);
bool rows_are_numbers(const struct rows *rows, int column); /* all of them */

/* A column of bytes in the largest of GB, MB, KB in which all of them are whole; its name gets
 * the unit as its end ("memory_gb").  base: 1000 or 1024. */
void rows_scale_bytes(struct rows *rows, int column, double base);

/* The different texts of a column, in order of appearance, and which one each row has. */
struct groups {
    size_t count, capacity;
    const char **name; /* borrowed from the rows */
    size_t *of_row;    /* [rows] */
};
struct groups groups_of(const struct rows *rows, int column);
void groups_done(struct groups *groups);

#endif
