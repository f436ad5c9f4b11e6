/* SPDX-License-Identifier: MIT
 * diag.h -- what is wrong with the user's files: all of it in one go, like a compiler.
 *
 *     scenarios/x.yaml:3:15: error: 'cold_start' is 90 s, outside [0 s, 60 s]
 *     scenarios/x.yaml:3:15: note: ...
 * A list holds at most DIAG_LIMIT entries and then says that there are more. */
#ifndef TRAINCAST_BASE_DIAG_H
#define TRAINCAST_BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { DIAG_LIMIT = 200 };

enum diag_level { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE };

/* A place in a text file; line and column count from 1, 0 = unknown. */
struct place {
    const char *file;
    int line;
    int column;
};

struct diag {
    enum diag_level level;
    struct place place;
    char *text;
};

struct diag_list {
    struct diag *diag;
    size_t count, capacity;
    size_t errors; /* entries of level DIAG_ERROR, also those beyond DIAG_LIMIT */
    char **file;   /* the places' file names, each once, in order of appearance */
    size_t file_count, file_capacity;
    bool dropping; /* the last error or warning was a repetition or beyond DIAG_LIMIT */
};

void diag_init(struct diag_list *list);
void diag_done(struct diag_list *list); /* safe on {0}, twice */
/* The list keeps its own copy of place.file.  An error or warning that is there already, word
 * for word at the same place, is left out, with the notes that follow it. */
void diag_add(struct diag_list *list, enum diag_level level, struct place place,
              const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Files in order of appearance, sorted by place within a file, each note behind its error. */
void diag_print(const struct diag_list *list, FILE *out);

#endif
