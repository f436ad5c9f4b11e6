/* SPDX-License-Identifier: MIT
 * csv.h -- a table of measurements: the user's own csv file, its columns found by name.
 *
 * The first line names the columns, in any order; columns nobody asked for are passed over.
 * Commas, semicolons or tabs, whichever the first line has; quotes as in RFC 4180, within a
 * line; '#' begins a line of comment; gzipped files are read as they are.  Every mistake is
 * reported at its line and column. */
#ifndef TRAINCAST_SIM_CALIBRATE_CSV_H
#define TRAINCAST_SIM_CALIBRATE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

enum { CSV_COLUMNS_MOST = 8, CSV_ROWS_MOST = 1000000, CSV_WORDS_MOST = 1000 };

struct csv_column {
    const char *name; /* NULL: the end of the list */
    bool is_word;     /* a word (an operation's name), not a number */
    bool optional;
    double min, max; /* of a number */
    bool above_min;
};

struct csv {
    const char *path; /* borrowed */
    size_t rows, capacity;
    int *line;                        /* [rows]: for messages */
    bool has[CSV_COLUMNS_MOST];       /* by the order of the columns asked for */
    double *number[CSV_COLUMNS_MOST]; /* [rows]; NULL: a word, or not there */
    size_t *word[CSV_COLUMNS_MOST];   /* [rows]: index into words; likewise */
    char **words;                     /* each word once, in order of appearance */
    size_t word_count, word_capacity;
};

/* False with mistakes in *diags; *ret_csv is to be released in any case.  least_rows: fewer are
 * an error. */
bool csv_read(struct csv *ret_csv, const char *path, const struct csv_column *columns,
              size_t least_rows, struct diag_list *diags);
void csv_done(struct csv *csv); /* safe on {0}, twice */

#endif
